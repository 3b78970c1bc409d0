"""Causes for a person: who sees one of their problems sees them, who leads problems writes them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace
from ulid import ULID

from app.audit.service import ObjectKind, happened, record
from app.causes import repository
from app.causes.models import Cause, CauseStatus, Evidence
from app.engine.access import Clause
from app.engine.client import Engine
from app.errors import ConflictError, NotFoundError, RefusedError
from app.permissions import Permission
from app.problems.access import may_see
from app.problems.lifecycle import survivors, with_merged
from app.problems.models import Act, Problem
from app.problems.service import open_problem
from app.viewer import Viewer, require

MOST_EVIDENCE = 200
MOST_PROBLEMS = 100
_Decide = Callable[[Cause, Act], Cause]
_ABSENT = "Такой причины нет, или она вам не видна."


class SeenCause(Struct, frozen=True):
    """A cause with those of its problems that this person sees."""

    cause: Cause
    problems: list[Problem]


class CauseDraft(Struct, frozen=True):
    """Of a form, checked."""

    statement: str
    status: CauseStatus = CauseStatus.PRESUMED
    department: str | None = None
    municipality: str | None = None
    settlement: str | None = None


async def list_causes(
    engine: Engine, viewer: Viewer | None, clauses: Sequence[Clause] = ()
) -> list[SeenCause]:
    who = require(viewer, Permission.PROBLEM_VIEW)
    return await _seen(engine, who, await repository.find(engine, list(clauses)))


async def causes_of(engine: Engine, viewer: Viewer | None, problem: Problem) -> list[SeenCause]:
    """Of a problem that the person sees, those of problems merged into it among them."""
    ids = await with_merged(engine, problem.id)
    return await list_causes(engine, viewer, [{"terms": {"problem_ids": ids}}])


async def open_cause(engine: Engine, viewer: Viewer | None, cause_id: str) -> SeenCause:
    """Raises `NotFoundError` also for a hidden one."""
    who = require(viewer, Permission.PROBLEM_VIEW)
    cause = await repository.get(engine, cause_id)
    found = await _seen(engine, who, [cause]) if cause else []
    if not found:
        raise NotFoundError(_ABSENT)
    return found[0]


async def _seen(engine: Engine, viewer: Viewer, causes: Sequence[Cause]) -> list[SeenCause]:
    """Fails closed: without a visible problem only who made a cause, or sees all, sees it."""
    known = await survivors(engine, {name for one in causes for name in one.problem_ids})
    found = []
    for cause in causes:
        problems = {known[name].id: known[name] for name in cause.problem_ids if name in known}
        shown = [one for one in problems.values() if may_see(viewer, one)]
        if shown or viewer.everything or cause.created_by == viewer.name:
            found.append(SeenCause(cause, shown))
    return found


async def create_cause(
    engine: Engine,
    viewer: Viewer | None,
    draft: CauseDraft,
    *,
    problem_id: str | None = None,
    evidence: Evidence | None = None,
) -> Cause:
    """Raises `ForbiddenError`, `NotFoundError` for a problem the person does not see."""
    who = require(viewer, Permission.PROBLEM_MANAGE)
    problems = [(await open_problem(engine, who, problem_id)).id] if problem_id else []
    now = datetime.now(UTC)
    cause = Cause(
        id=str(ULID()),
        rev=1,
        statement=draft.statement,
        status=draft.status,
        department=draft.department,
        municipality=draft.municipality,
        settlement=draft.settlement,
        problem_ids=problems,
        evidence=[evidence] if evidence else [],
        created_at=now,
        created_by=who.name,
        updated_at=now,
        acts=[Act(now, who.name, "created")],
    )
    await _record(engine, who, "cause.created", cause.id)
    await repository.create(engine, cause)
    return cause


async def change_cause(
    engine: Engine, viewer: Viewer | None, cause_id: str, rev: int, draft: CauseDraft
) -> Cause:
    """`rev` is the one that was shown; `ConflictError` where it is another by now."""

    def decide(one: Cause, act: Act) -> Cause:
        if one.rev != rev:
            raise ConflictError("Причину уже изменил кто-то другой. Откройте её заново.")
        fields = {name: getattr(draft, name) for name in draft.__struct_fields__}
        changed = {
            name: getattr(one, name)
            for name, value in fields.items()
            if getattr(one, name) != value
        }
        if not changed:
            return one
        return _with(replace(one, **fields), replace(act, about=changed))

    return await _change(engine, viewer, cause_id, "changed", decide)


async def add_evidence(
    engine: Engine, viewer: Viewer | None, cause_id: str, evidence: Evidence
) -> Cause:
    """The same words are put in once."""

    def decide(one: Cause, act: Act) -> Cause:
        if any(each.text == evidence.text for each in one.evidence):
            return one
        if len(one.evidence) >= MOST_EVIDENCE:
            raise RefusedError(f"У причины уже {MOST_EVIDENCE} свидетельств: больше не помещается.")
        return _with(replace(one, evidence=[*one.evidence, evidence]), act)

    return await _change(engine, viewer, cause_id, "evidence_added", decide)


async def join_problem(
    engine: Engine, viewer: Viewer | None, cause_id: str, problem_id: str
) -> Cause:
    """«Причина и этой проблемы»."""
    problem = await open_problem(engine, viewer, problem_id)

    def decide(one: Cause, act: Act) -> Cause:
        if problem.id in one.problem_ids:
            return one
        if len(one.problem_ids) >= MOST_PROBLEMS:
            raise RefusedError(f"Причина связана уже с {MOST_PROBLEMS} проблемами.")
        joined = replace(one, problem_ids=[*one.problem_ids, problem.id])
        return _with(joined, replace(act, about={"problem": problem.id}))

    return await _change(engine, viewer, cause_id, "problem_joined", decide)


async def leave_problem(
    engine: Engine, viewer: Viewer | None, cause_id: str, problem_id: str
) -> Cause:
    """The cause stays and no longer explains this problem, nor those merged into it."""
    shown = await open_cause(engine, viewer, cause_id)
    known = await survivors(engine, shown.cause.problem_ids)

    def decide(one: Cause, act: Act) -> Cause:
        left = [name for name in one.problem_ids if _leads(known, name) != problem_id]
        if left == one.problem_ids:
            return one
        return _with(replace(one, problem_ids=left), replace(act, about={"problem": problem_id}))

    return await _change(engine, viewer, cause_id, "problem_left", decide)


def _leads(known: dict[str, Problem], name: str) -> str:
    return known[name].id if name in known else name


async def _change(
    engine: Engine, viewer: Viewer | None, cause_id: str, kind: str, decide: _Decide
) -> Cause:
    who = require(viewer, Permission.PROBLEM_MANAGE)
    await open_cause(engine, who, cause_id)
    act = Act(datetime.now(UTC), who.name, kind)
    await _record(engine, who, "cause.changed", cause_id)
    return await repository.change(engine, cause_id, lambda one: decide(one, act))


def _with(cause: Cause, act: Act) -> Cause:
    return replace(cause, acts=[*cause.acts, act], updated_at=act.at)


async def _record(engine: Engine, who: Viewer, what: str, cause_id: str) -> None:
    await record(
        engine,
        happened(
            what,
            who=who.name,
            for_whom=who.lent_by(Permission.PROBLEM_MANAGE),
            kind=ObjectKind.OTHER,
            object_id=cause_id,
        ),
    )
