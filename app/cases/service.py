"""Reading a case; what is done with one stands in `app.cases.doing`."""

from app.cases.models import Case
from app.cases.permissions import may_see
from app.cases.repository import case_by_id, cases_naming, id_by_number
from app.engine.client import Engine
from app.errors import NotFoundError
from app.viewer import Viewer

_LONGEST_ID = 512
"""Octets the engine takes for an id."""


async def naming(
    engine: Engine, viewer: Viewer | None, case_id: str
) -> tuple[tuple[str, str], ...]:
    """Ids and numbers of cases that link to this one, as far as the viewer sees them."""
    return await cases_naming(engine, viewer, case_id)


async def open_case(engine: Engine, viewer: Viewer | None, id_or_number: str) -> Case:
    """Raises `NotFoundError` also for a case outside the scope: its existence is no one's hint."""
    case = None
    if len(id_or_number.encode()) <= _LONGEST_ID:
        case = await case_by_id(engine, id_or_number)
        if case is None:
            found = await id_by_number(engine, id_or_number.strip().upper(), viewer)
            case = await case_by_id(engine, found) if found else None
    if case is None or not may_see(viewer, case):
        raise NotFoundError("Такого обращения нет, или оно вам не видно.")
    return case
