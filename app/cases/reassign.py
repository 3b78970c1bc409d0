"""A person leaves: their open cases go to somebody else in one act."""

from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.cases import repository
from app.cases.actions.model import Action, Given
from app.cases.codes import DONE_STATES, State
from app.cases.doing import act_on_row
from app.cases.models import Case
from app.cases.rows import RowResult, RowState
from app.engine.access import access_clause
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, ForbiddenError
from app.permissions import Permission
from app.settings import get_settings
from app.viewer import Viewer

_PAGE = 200
_OVER = sorted({State.CLOSED, State.REJECTED, State.FORWARDED})
"""An answered appeal may still have an open question; in these states nobody works on one."""


class Reassigned(Struct, frozen=True):
    """What came of each case; `done` ones are with the new person."""

    rows: list[RowResult]

    @property
    def done(self) -> int:
        return sum(row.state is RowState.DONE for row in self.rows)


def held_by(login: str) -> dict[str, Any]:
    """A query for the work in somebody's hands: cases, and single questions of appeals. The caller
    adds the access clause.
    """
    case = {
        "bool": {
            "filter": [{"term": {"workflow.assignee": login}}],
            "must_not": [{"terms": {"state": sorted(DONE_STATES)}}],
        }
    }
    question = {
        "bool": {
            "filter": [{"term": {"questions.executor": login}}],
            "must_not": [{"term": {"questions.state": State.CLOSED}}],
        }
    }
    asked = {
        "bool": {
            "filter": [{"nested": {"path": "questions", "query": question}}],
            "must_not": [{"terms": {"state": _OVER}}],
        }
    }
    return {"bool": {"should": [case, asked], "minimum_should_match": 1}}


async def count_open_cases(engine: Engine, viewer: Viewer | None, login: str) -> int:
    """How many cases in work `login` holds, as far as `viewer` may move them."""
    return await engine.count(Index.CASES, _query(_mover(viewer), login))


async def reassign(
    engine: Engine,
    viewer: Viewer | None,
    from_login: str,
    to: str | None,
    *,
    zone: ZoneInfo | None = None,
) -> Reassigned:
    """Every open case and open question in the hands of `from_login` goes to the login `to`; with
    None it waits in its department for whoever takes it.

    May be done by whoever assigns cases (within the own scope) and by whoever manages people
    (all of them, without seeing any). Safe to repeat: what was moved is no longer found.
    Raises `ForbiddenError`, `BadInputError`.
    """
    mover = _mover(viewer)
    if to in {"", from_login}:
        raise BadInputError("Выберите, кому передать обращения.", field="to")
    zone = zone or get_settings().zone
    await engine.refresh(Index.CASES)  # what was taken a moment ago must not stay behind
    found = _ids(engine, _query(mover, from_login))
    rows = [await _move(engine, mover, case_id, from_login, to, zone) async for case_id in found]
    await engine.refresh(Index.CASES)
    return Reassigned(rows)


def _mover(viewer: Viewer | None) -> Viewer:
    if viewer is not None and viewer.may(Permission.PEOPLE_MANAGE):
        return Viewer(viewer.name, everything=True, title=viewer.title)
    if viewer is not None and viewer.may(Permission.CASE_ASSIGN):
        return viewer
    raise ForbiddenError("Передать чужие обращения может тот, кто назначает или заводит людей.")


def _query(viewer: Viewer, login: str) -> dict[str, object]:
    return {"bool": {"filter": [access_clause(viewer), held_by(login)]}}


async def _ids(engine: Engine, query: dict[str, object]) -> AsyncIterator[str]:
    last: list[str] | None = None
    while page := await repository.page_of_ids(engine, query, size=_PAGE, after=last):
        for case_id in page:
            yield case_id
        last = [page[-1]]


async def _move(
    engine: Engine,
    mover: Viewer,
    case_id: str,
    from_login: str,
    to: str | None,
    zone: ZoneInfo,
) -> RowResult:
    """The result of the first step that was refused, else of the last one."""
    case = await repository.case_by_id(engine, case_id)
    result = RowResult(case_id, "", RowState.UNCHANGED, "Уже передано.")
    for action in _steps(case, from_login, to) if case else []:
        result = await act_on_row(engine, mover, case_id, action, zone)
        if result.state is not RowState.DONE:
            break
    return result


def _steps(case: Case, from_login: str, to: str | None) -> list[Action]:
    steps = []
    if case.workflow.assignee == from_login and case.state not in DONE_STATES:
        steps.append(Action("assign", Given({"assignee": to})) if to else Action("release"))
    for one in case.questions:
        if one.executor == from_login and one.state is not State.CLOSED:
            kept = {"appeal_code": one.appeal_code, "department": one.department}
            given = Given({"question": one.id, **kept, "assignee": to})
            steps.append(Action("give_question", given))
    return steps
