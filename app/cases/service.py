"""Reading a case; what is done with one stands in `app.cases.doing`."""

from collections.abc import Collection

from app.cases import repository
from app.cases.models import Case
from app.cases.permissions import may_see
from app.cases.repository import case_by_id, cases_naming, id_by_number
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import NotFoundError
from app.viewer import Viewer


async def naming(
    engine: Engine, viewer: Viewer | None, case_id: str
) -> tuple[tuple[str, str], ...]:
    """Ids and numbers of cases that link to this one, as far as the viewer sees them."""
    return await cases_naming(engine, viewer, case_id)


async def open_case(engine: Engine, viewer: Viewer | None, id_or_number: str) -> Case:
    """Raises `NotFoundError` also for a case outside the scope: its existence is no one's hint."""
    case = await case_by_id(engine, id_or_number)
    if case is None:
        found = await id_by_number(engine, id_or_number.strip().upper(), viewer)
        case = await case_by_id(engine, found) if found else None
    if case is None or not may_see(viewer, case):
        raise NotFoundError("Такого обращения нет, или оно вам не видно.")
    return case


async def read_cases(engine: Engine, ids: Collection[str]) -> dict[str, Case]:
    """Current cases that exist, by id, whoever asks: the caller checks the scope."""
    found = await engine.get_many(Index.CASES, ids, Case.__struct_fields__)
    return {one: repository.to_case(stored.source) for one, stored in found.items()}


async def change_by_machine(
    engine: Engine, case_id: str, decide: repository.Decide, *, refresh: bool = False
) -> Case | None:
    """One write that no person's right stands behind; None where there is no such case."""
    return await repository.change(engine, case_id, decide, refresh=lambda: refresh)
