"""A person leaves: their open cases go to somebody else in one act."""

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.cases import repository
from app.cases.actions.model import Action, Given
from app.cases.doing import act_on_row
from app.cases.rows import RowResult, RowState
from app.engine.access import access_clause
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, ForbiddenError
from app.permissions import Permission
from app.settings import get_settings
from app.viewer import Viewer

_PAGE = 200


class Reassigned(Struct, frozen=True):
    """What came of each case; `done` ones are with the new person."""

    rows: list[RowResult]

    @property
    def done(self) -> int:
        return sum(row.state is RowState.DONE for row in self.rows)


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
    """Every open case in the hands of `from_login` goes to the login `to`; with None it waits in
    its department for whoever takes it.

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
    rows = [await _move(engine, mover, case_id, to, zone) async for case_id in found]
    await engine.refresh(Index.CASES)
    return Reassigned(rows)


def _mover(viewer: Viewer | None) -> Viewer:
    if viewer is not None and viewer.may(Permission.PEOPLE_MANAGE):
        return Viewer(viewer.name, everything=True, title=viewer.title)
    if viewer is not None and viewer.may(Permission.CASE_ASSIGN):
        return viewer
    raise ForbiddenError("Передать чужие обращения может тот, кто назначает или заводит людей.")


def _query(viewer: Viewer, login: str) -> dict[str, object]:
    return {"bool": {"filter": [access_clause(viewer), repository.open_cases_of(login)]}}


async def _ids(engine: Engine, query: dict[str, object]) -> AsyncIterator[str]:
    last: list[str] | None = None
    while page := await repository.page_of_ids(engine, query, size=_PAGE, after=last):
        for case_id in page:
            yield case_id
        last = [page[-1]]


async def _move(
    engine: Engine, mover: Viewer, case_id: str, to: str | None, zone: ZoneInfo
) -> RowResult:
    action = Action("assign", Given({"assignee": to})) if to else Action("release")
    return await act_on_row(engine, mover, case_id, action, zone)
