"""What else the author of a case has written, for whoever may open the author's data."""

from app.audit.service import record_author_search
from app.cases.authors.cursor import read_cursor
from app.cases.authors.query import others_body, page_body
from app.cases.authors.results import AuthorCases, read_page, read_total
from app.cases.models import Case
from app.cases.permissions import done_for, may_do
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ForbiddenError
from app.permissions import Permission
from app.viewer import Viewer

_NEEDED = Permission.CASE_REVEAL_AUTHOR


async def cases_of_author(engine: Engine, viewer: Viewer, case: Case, after: str) -> AuthorCases:
    """One page of all cases by the author of `case`, itself among them; `after` is a cursor or "".

    That a citizen was looked for is in the journal before anything is shown, for each page: the
    pages are few. Empty where nothing tells who the author is. Raises `ForbiddenError`,
    `BadInputError` for a bad cursor.
    """
    if not may_do(viewer, _NEEDED, case):
        raise ForbiddenError("Обращения автора видит тот, кто может открыть данные автора.")
    key = case.author.key
    if key is None:
        return AuthorCases(0, [], None)
    place = read_cursor(key, after) if after else None
    found = read_page(await engine.search(Index.CASES, page_body(key, viewer, place)))
    lent_by = done_for(viewer, _NEEDED, case)
    await record_author_search(engine, viewer, key, found.total, (case.id, case.number), lent_by)
    return found


async def count_others(engine: Engine, viewer: Viewer, case: Case) -> int:
    """Further cases of the author that the viewer would find in the list; 0 for whoever may not
    open it.
    """
    key = case.author.key
    if key is None or not may_do(viewer, _NEEDED, case):
        return 0
    return read_total(await engine.search(Index.CASES, others_body(key, viewer, case.id)))
