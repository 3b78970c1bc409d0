"""Road maps for a person: made, filled with steps, begun, reported on, finished."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from ulid import ULID

from app.accounts.models import User
from app.accounts.staff import current_staff
from app.audit.service import ObjectKind, happened, record
from app.deadlines.current import current_deadlines
from app.deadlines.days import DayTable, table_of
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError, RefusedError
from app.permissions import Permission
from app.problems.access import may_see
from app.problems.lifecycle import with_merged
from app.problems.models import Act, Problem, ProblemState
from app.problems.service import open_problem, set_state
from app.road_maps import repository
from app.road_maps.models import (
    OVER,
    MapState,
    Part,
    RoadMap,
    Step,
    StepFile,
    StepState,
)
from app.road_maps.terms import latest_of_joint, moments
from app.viewer import Viewer, require

MOST_STEPS = 60
MOST_FILES = 20
_ABSENT = "Такого шага в дорожной карте нет."

Decide = Callable[[RoadMap, Act], RoadMap]


class Report(Struct, frozen=True):
    """How far a part is."""

    state: StepState
    result: str
    seen: int
    """How many times it had been reported on when the form was shown."""


class OpenMap(Struct, frozen=True):
    road_map: RoadMap
    problem: Problem


class PartDraft(Struct, frozen=True):
    """Who does it and by when: `due_on`, or the code of a term counted from now."""

    owner: str
    department: str | None = None
    term: str = ""
    due_on: date | None = None
    line: int = 1
    """Of the form: what is wrong is told at it."""


async def maps_of(engine: Engine, problem: Problem) -> list[RoadMap]:
    """The newest first, those of problems merged into it among them; the caller has opened it."""
    return await repository.of_problems(engine, await with_merged(engine, problem.id))


async def open_map(engine: Engine, viewer: Viewer | None, map_id: str) -> OpenMap:
    """Seen by whoever sees its problem. Raises `NotFoundError`."""
    who = require(viewer, Permission.PROBLEM_VIEW)
    found = await repository.get(engine, map_id)
    if found is None:
        raise NotFoundError("Такой дорожной карты нет, или она вам не видна.")
    return OpenMap(found, await open_problem(engine, who, found.problem_id))


async def create_map(engine: Engine, viewer: Viewer | None, problem_id: str, title: str) -> RoadMap:
    """Raises `RefusedError` where one is under way, as two would pull in two directions, and
    `ConflictError` where somebody begins one at this moment.
    """
    who = require(viewer, Permission.PROBLEM_MANAGE)
    problem = await open_problem(engine, who, problem_id)
    now = datetime.now(UTC)
    before = await maps_of(engine, problem)
    if any(one.state is not MapState.SOLVED for one in before):
        raise RefusedError("У проблемы уже есть дорожная карта, которая не закончена.")
    made = RoadMap(
        id=f"{problem.id}-{len(before) + 1}",  # of two people at once the second is refused
        rev=1,
        problem_id=problem.id,
        title=title,
        created_at=now,
        created_by=who.name,
        acts=[Act(now, who.name, "created")],
    )
    await told(engine, who, "road_map.created", made.id)
    await repository.create(engine, made)
    return made


async def add_step(
    engine: Engine, viewer: Viewer | None, map_id: str, title: str, drafts: Sequence[PartDraft]
) -> RoadMap:
    """Several `drafts` make a joint step. Raises `BadInputError`, `NotFoundError`."""
    opened = await open_map(engine, require(viewer, Permission.PROBLEM_MANAGE), map_id)
    owners = {f"owner_{one.line}": one.owner for one in drafts}
    await check_owners(engine, opened.problem, owners)
    table = await table_for(engine, opened.problem)
    now = datetime.now(UTC)
    step_id = str(ULID())

    def decide(one: RoadMap, act: Act) -> RoadMap:
        refuse_over(one)
        if len(one.steps) >= MOST_STEPS:
            raise RefusedError(f"В дорожной карте уже {MOST_STEPS} шагов.")
        step = Step(id=step_id, title=title, parts=first_parts(drafts, one.numbers, table, now))
        longer = replace(one, steps=[*one.steps, step], numbers=one.numbers + len(drafts))
        return acted(longer, replace(act, about={"step": step_id}))

    return await change(engine, viewer, map_id, "step_added", decide)


async def who_may_own(engine: Engine, problem: Problem) -> list[User]:
    """Those who work here and see the problem, by name: nobody else could open the step."""
    staff = await current_staff(engine, ZoneInfo(engine.timezone))
    able = [one for one in staff.users.values() if may_see(staff.viewer(one.login), problem)]
    return sorted(able, key=lambda one: one.name)


async def check_owners(engine: Engine, problem: Problem, owners: Mapping[str, str]) -> None:
    """Logins by the fields they stand in. Raises `BadInputError` with the field of one who could
    not open the step.
    """
    able = {one.login for one in await who_may_own(engine, problem)}
    for field, login in owners.items():
        if login not in able:
            raise BadInputError(
                "Выберите того, кто работает здесь и видит эту проблему.", field=field
            )


async def table_for(engine: Engine, problem: Problem) -> DayTable:
    """Working days where the problem is."""
    book = await current_deadlines(engine)
    return table_of(book.calendar_for(problem.municipality))


def first_parts(
    drafts: Sequence[PartDraft], numbers: int, table: DayTable, now: datetime
) -> list[Part]:
    """Of a new step, numbered after `numbers`. Pure. Raises `BadInputError` with the line."""
    latest = latest_of_joint(table, now, now) if len(drafts) > 1 else None
    parts = [_part(draft, numbers + place, table, now) for place, draft in enumerate(drafts, 1)]
    for draft, part in zip(drafts, parts, strict=True):
        if latest and part.due_at > latest:
            raise BadInputError(
                "В совместном шаге сроки короткие: самое большее 10 рабочих дней, до "
                f"{latest:%d.%m.%Y %H:%M}. Если нужно больше, заведите этому ведомству отдельный "
                "шаг.",
                field=f"due_on_{draft.line}",
            )
    return parts


def _part(draft: PartDraft, number: int, table: DayTable, now: datetime) -> Part:
    try:
        counted = moments(draft.term, draft.due_on, table, now)
    except BadInputError as error:
        raise BadInputError(error.message, field=f"{error.field}_{draft.line}") from None
    return Part(
        id=f"s{number}",
        number=number,
        department=draft.department,
        owner=draft.owner,
        due_at=counted.due_at.astimezone(UTC),
        warn_at=counted.warn_at.astimezone(UTC) if counted.warn_at else None,
        escalate_at=counted.escalate_at.astimezone(UTC),
    )


async def begin(engine: Engine, viewer: Viewer | None, map_id: str) -> RoadMap:
    """The owners are told of their steps, and the problem is in work."""
    who = require(viewer, Permission.PROBLEM_MANAGE)
    opened = await open_map(engine, who, map_id)
    now = datetime.now(UTC)

    def decide(one: RoadMap, act: Act) -> RoadMap:
        if one.state is not MapState.DRAFT:
            return one
        if not one.steps:
            raise RefusedError("Сначала добавьте хотя бы один шаг.")
        return acted(replace(one, state=MapState.BEGUN, begun_at=now), act)

    begun = await change(engine, who, map_id, "begun", decide)
    if opened.problem.state is not ProblemState.IN_WORK:
        await set_state(engine, who, opened.problem.id, ProblemState.IN_WORK)
    return begun


async def report(
    engine: Engine, viewer: Viewer | None, map_id: str, part_id: str, given: Report
) -> RoadMap:
    """Open to the owner of the part as well. Done without a word of what was done is refused:
    raises `BadInputError`; `ConflictError` where somebody reported since the form was shown.
    """
    if given.state is StepState.DONE and not given.result:
        raise BadInputError("Напишите, что сделано.", field="result")
    now = datetime.now(UTC)

    def reported(one: RoadMap, part: Part) -> Part:
        if (part.state, part.result) == (given.state, given.result):
            return part
        if one.reports(part_id) != given.seen:
            raise ConflictError(
                "Об этом шаге тем временем уже отчитались: посмотрите, что написано. "
                "Введённое осталось в полях."
            )
        done_at = (part.done_at or now) if given.state in OVER else None
        return replace(part, state=given.state, result=given.result, done_at=done_at)

    return await change_part(engine, viewer, map_id, part_id, reported, f"part_{given.state}")


async def attach(
    engine: Engine, viewer: Viewer | None, map_id: str, part_id: str, file: StepFile
) -> RoadMap:
    """The caller has kept the octets. The same file is named once."""

    def with_file(_: RoadMap, part: Part) -> Part:
        if any(one.sha256 == file.sha256 for one in part.files):
            return part
        if len(part.files) >= MOST_FILES:
            raise RefusedError(f"У шага уже {MOST_FILES} файлов.")
        return replace(part, files=[*part.files, file])

    return await change_part(engine, viewer, map_id, part_id, with_file, "file_added")


async def change_part(
    engine: Engine,
    viewer: Viewer | None,
    map_id: str,
    part_id: str,
    moved: Callable[[RoadMap, Part], Part],
    kind: str,
) -> RoadMap:
    who = require(viewer, Permission.PROBLEM_VIEW)
    shown = await open_map(engine, who, map_id)
    may_report(who, find_part(shown.road_map, part_id))

    def decide(one: RoadMap, act: Act) -> RoadMap:
        refuse_over(one)
        before = find_part(one, part_id)
        may_report(who, before)
        after = moved(one, before)
        if after == before:
            return one
        return acted(with_part(one, after), replace(act, about={"part": part_id}))

    return await change(engine, who, map_id, kind, decide)


def with_part(one: RoadMap, after: Part) -> RoadMap:
    """In the place of the part with its id."""
    steps = [
        replace(step, parts=[after if part.id == after.id else part for part in step.parts])
        for step in one.steps
    ]
    return replace(one, steps=steps)


def find_part(one: RoadMap, part_id: str) -> Part:
    """Raises `NotFoundError`."""
    for part in one.parts:
        if part.id == part_id:
            return part
    raise NotFoundError(_ABSENT)


def can_report(viewer: Viewer, part: Part) -> bool:
    return viewer.may(Permission.PROBLEM_MANAGE) or part.owner == viewer.name


def may_report(viewer: Viewer, part: Part) -> None:
    """Raises `ForbiddenError`."""
    if not can_report(viewer, part):
        raise ForbiddenError("О шаге отчитывается тот, кто за него отвечает, или кто ведёт карту.")


async def solve(engine: Engine, viewer: Viewer | None, map_id: str) -> RoadMap:
    """The head says «решена»: from now on the system watches whether messages really fell."""
    who = require(viewer, Permission.PROBLEM_MANAGE)
    opened = await open_map(engine, who, map_id)
    now = datetime.now(UTC)
    if not opened.road_map.ready:
        raise RefusedError("Ещё не все шаги закончены: отметьте их сделанными или отмените.")

    def decide(one: RoadMap, act: Act) -> RoadMap:
        if not one.ready:
            raise RefusedError("Шаги только что изменились. Откройте карту заново.")
        if one.state is MapState.SOLVED:
            return one
        return acted(replace(one, state=MapState.SOLVED, solved_at=now), act)

    await told(engine, who, "road_map.solved", map_id)
    if opened.problem.state is not ProblemState.SOLVED:
        await set_state(engine, who, opened.problem.id, ProblemState.SOLVED)
    return await repository.change(
        engine, map_id, lambda one: decide(one, Act(now, who.name, "solved"))
    )


async def change(
    engine: Engine, viewer: Viewer | None, map_id: str, kind: str, decide: Decide
) -> RoadMap:
    """Told in the journal and written; `decide` has checked what the person may."""
    who = require(viewer, Permission.PROBLEM_VIEW)
    act = Act(datetime.now(UTC), who.name, kind)
    await told(engine, who, "road_map.changed", map_id)
    return await repository.change(engine, map_id, lambda one: decide(one, act))


async def told(engine: Engine, who: Viewer, what: str, map_id: str) -> None:
    await record(
        engine,
        happened(
            what,
            who=who.name,
            for_whom=who.lent_by(Permission.PROBLEM_MANAGE),
            kind=ObjectKind.OTHER,
            object_id=map_id,
        ),
    )


def refuse_over(one: RoadMap) -> None:
    if one.state is MapState.SOLVED:
        raise RefusedError("Дорожная карта закончена: её больше не меняют.")


def acted(one: RoadMap, act: Act) -> RoadMap:
    return replace(one, acts=[*one.acts, act])
