"""The use case behind every action, wherever it comes from: read, check, apply, write."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from app.accounts.staff import current_staff
from app.cases import repository
from app.cases.actions.apply import UnchangedError, apply, done_before, rule_of
from app.cases.actions.duplicates import LINKED_ID
from app.cases.actions.model import Action, Given
from app.cases.conflicts import conflict, was_changed
from app.cases.models import Case
from app.cases.named import with_known_names
from app.cases.permissions import may_see
from app.cases.refreshing import REFRESHES
from app.cases.rows import RowResult, RowState
from app.cases.telling import told
from app.deadlines.current import current_deadlines
from app.engine.client import Engine
from app.errors import (
    BadInputError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
)
from app.origin import current_origin
from app.viewer import Viewer

_NAMING = frozenset({"link", "mark_duplicate"})
"""Actions that name another case."""
ABSENT = "Такого обращения нет, или оно вам не видно."


@dataclass(frozen=True)
class Outcome:
    case: Case
    repeated: bool = False
    """The same action had been done before; now nothing was written."""


async def change(
    engine: Engine,
    viewer: Viewer | None,
    case_id: str,
    version_seen: int | None,
    decide: Callable[[Case], Case | None],
    *,
    zone: ZoneInfo,
    refresh: bool = True,
) -> Case:
    """One write by what `decide` makes of the newest case.

    A machine's write in between repeats it silently; where people changed what was seen
    (`version_seen`), `CaseConflictError` tells who did what. None for `version_seen` decides anew
    by the newest. Raises `NotFoundError` also for a case out of scope.
    """

    def checked(case: Case) -> Case | None:
        if not may_see(viewer, case):
            raise NotFoundError(ABSENT)
        if version_seen is not None and was_changed(case, version_seen):
            raise conflict(case, version_seen, zone)
        return decide(case)

    may_refresh = REFRESHES.take if refresh else _never
    changed = await repository.change(engine, case_id, checked, refresh=may_refresh)
    if changed is None:
        raise NotFoundError(ABSENT)
    return changed


async def act(
    engine: Engine,
    viewer: Viewer,
    case_id: str,
    version_seen: int | None,
    action: Action,
    *,
    zone: ZoneInfo,
    refresh: bool = True,
) -> Outcome:
    """Does `action`, once for its key. What only adds is never a conflict."""
    rule = rule_of(action.name)
    ready = await _resolved(engine, viewer, action)
    book = await current_deadlines(engine)
    staff = await current_staff(engine, zone)
    repeated = False

    def decide(case: Case) -> Case | None:
        nonlocal repeated
        repeated = done_before(case, ready, viewer) is not None
        if repeated:
            return None
        if version_seen is not None and not rule.commutes and was_changed(case, version_seen):
            raise conflict(case, version_seen, zone)
        return told(apply(case, ready, viewer, datetime.now(zone), book), staff)

    case = await change(engine, viewer, case_id, None, decide, zone=zone, refresh=refresh)
    return Outcome(case, repeated)


async def act_on_row(
    engine: Engine, viewer: Viewer, case_id: str, action: Action, zone: ZoneInfo
) -> RowResult:
    """One of many: whatever the rules say of it is its result, and only an engine that is away or
    a mistake of ours ends the whole.
    """
    try:
        outcome = await act(engine, viewer, case_id, None, action, zone=zone, refresh=False)
    except UnchangedError as error:
        return RowResult(case_id, "", RowState.UNCHANGED, error.message)
    except (ConflictError, NotFoundError) as error:
        return RowResult(case_id, "", RowState.CONFLICT, error.message)
    except (BadInputError, ForbiddenError, RefusedError) as error:
        return RowResult(case_id, "", RowState.REFUSED, error.message)
    return RowResult(case_id, outcome.case.number, RowState.DONE)


async def _resolved(engine: Engine, viewer: Viewer, action: Action) -> Action:
    """With its origin; the number that a link names is found among what this viewer may see."""
    action = replace(action, origin=current_origin())
    action = await with_known_names(engine, rule_of(action.name), action)
    if action.name not in _NAMING or action.given.text(LINKED_ID):
        return action
    number = action.given.text("number").upper()
    linked = await repository.id_by_number(engine, number, viewer) if number else None
    values = {**action.given.values, "number": number, LINKED_ID: linked}
    return replace(action, given=Given(values))


def _never() -> bool:
    return False
