"""«Сегодня»: the coordinator's morning, counted in one round trip within the viewer's scope."""

from asyncio import gather
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.accounts.staff import Staff, current_staff
from app.deadlines.current import current_deadlines
from app.deadlines.models import Calendar
from app.engine.client import Engine
from app.engine.names import Index
from app.reference.current import current_book
from app.reference.departments import DepartmentBook
from app.today.query import came_bodies, open_body
from app.today.results import Numbers, read_numbers
from app.viewer import Viewer
from app.work.queues import Moment


class Today(Struct, frozen=True):
    moment: Moment
    numbers: Numbers
    book: DepartmentBook
    staff: Staff
    calendar: Calendar
    """Of the municipality the viewer works for; the common one for whoever sees several."""


async def read_today(
    engine: Engine, viewer: Viewer, zone: ZoneInfo, now: datetime | None = None
) -> Today:
    """Raises `EngineUnavailableError`, also where a part of the answer is missing, and
    `EngineSetupError`.
    """
    at = now or datetime.now(UTC)
    moment = Moment.of(at, zone)
    bodies = [open_body(viewer, moment), *came_bodies(viewer, moment)]
    answers, book, staff, deadlines = await gather(
        engine.msearch(Index.CASES, bodies),
        current_book(engine),
        current_staff(engine, zone, at),
        current_deadlines(engine),
    )
    return Today(
        moment=moment,
        numbers=read_numbers(*answers),
        book=book,
        staff=staff,
        calendar=deadlines.calendar_for(_only_municipality(viewer)),
    )


def _only_municipality(viewer: Viewer) -> str | None:
    """None for whoever sees more than one, or all."""
    seen = [scope.municipalities for scope in viewer.scopes]
    if not seen or any(one is None for one in seen):
        return None
    names = frozenset[str]().union(*(one for one in seen if one is not None))
    return next(iter(names)) if len(names) == 1 else None
