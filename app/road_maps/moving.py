"""A step that is given another day or passed to others, with a reason: kept, told and counted."""

from datetime import UTC, date, datetime

from msgspec import Struct
from msgspec.structs import replace

from app.deadlines.days import DayTable
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, RefusedError
from app.permissions import Permission
from app.problems.models import Act
from app.road_maps.models import Move, Part, RoadMap, Step, StepState
from app.road_maps.service import (
    acted,
    change,
    check_owners,
    find_part,
    open_map,
    refuse_over,
    table_for,
    with_part,
)
from app.road_maps.terms import latest_of_joint, moments
from app.viewer import Viewer, require

MOST_MOVES = 50
"""Of one part: each is kept for ever."""
_CLOSED = {
    StepState.DONE: "Этот шаг уже сделан: его не переносят. Если он не закончен, отметьте это.",
    StepState.DROPPED: "Этот шаг отменён: его не переносят. Если он снова нужен, отметьте это.",
}


class Shift(Struct, frozen=True):
    """What is wanted of a part: what is empty stays as it is."""

    reason: str
    seen: int
    """How many times it had been moved when the form was shown."""
    term: str = ""
    """Code of a term counted from now; `due_on` goes before it."""
    due_on: date | None = None
    owner: str = ""
    department: str = ""


async def move_part(
    engine: Engine, viewer: Viewer | None, map_id: str, part_id: str, shift: Shift
) -> RoadMap:
    """Only for whoever leads road maps: nobody puts off the own day. The parts beside it in a joint
    step keep theirs. Raises `BadInputError`, `RefusedError` for one that is done, `ConflictError`
    where somebody moved it since it was shown.
    """
    who = require(viewer, Permission.PROBLEM_MANAGE)
    opened = await open_map(engine, who, map_id)
    if shift.owner:
        await check_owners(engine, opened.problem, {"owner": shift.owner})
    table = await table_for(engine, opened.problem)

    def decide(one: RoadMap, act: Act) -> RoadMap:
        refuse_over(one)
        before = find_part(one, part_id)
        step = next(step for step in one.steps if before in step.parts)
        after = moved(step, before, shift, table, act)
        about = {"part": part_id, "move": len(after.moves)}
        return acted(with_part(one, after), replace(act, about=about))

    return await change(engine, who, map_id, "part_moved", decide)


def moved(step: Step, part: Part, shift: Shift, table: DayTable, act: Act) -> Part:
    """`part` of `step` with what `shift` wants, and the move in its list. Pure."""
    _check(part, shift)
    after = replace(
        _with_day(step, part, shift, table, act.at),
        owner=shift.owner or part.owner,
        department=shift.department or part.department,
    )
    if _said(after) == _said(part):
        raise BadInputError("Назовите новый срок или того, кому передаёте шаг.", field="term")
    move = Move(
        at=act.at,
        by=act.by,
        reason=shift.reason,
        due_before=part.due_at,
        due_at=after.due_at,
        department_before=part.department,
        department=after.department,
        owner_before=part.owner,
        owner=after.owner,
    )
    return replace(after, moves=[*part.moves, move])


def _said(part: Part) -> tuple[datetime, str, str | None]:
    return part.due_at, part.owner, part.department


def _check(part: Part, shift: Shift) -> None:
    if part.state in _CLOSED:
        raise RefusedError(_CLOSED[part.state])
    if len(part.moves) != shift.seen:
        raise ConflictError(
            "Этот шаг тем временем уже перенесли или передали: посмотрите, какой у него срок. "
            "Введённое осталось в полях."
        )
    if len(part.moves) >= MOST_MOVES:
        raise RefusedError(
            f"Этот шаг переносили уже {MOST_MOVES} раз. Отмените его и заведите новый."
        )


def _with_day(step: Step, part: Part, shift: Shift, table: DayTable, now: datetime) -> Part:
    if not shift.term and not shift.due_on:
        return part
    counted = moments(shift.term, shift.due_on, table, now)
    latest = latest_of_joint(table, now, part.due_at)
    if step.joint and counted.due_at > latest:
        raise BadInputError(
            "В совместном шаге сроки короткие: других не задерживают дольше 10 рабочих дней. "
            f"Самое позднее {latest:%d.%m.%Y %H:%M}. Если нужно больше, отмените здесь часть этого "
            "ведомства и заведите ему отдельный шаг.",
            field="due_on",
        )
    return replace(
        part,
        due_at=counted.due_at.astimezone(UTC),
        warn_at=counted.warn_at.astimezone(UTC) if counted.warn_at else None,
        escalate_at=counted.escalate_at.astimezone(UTC),
    )
