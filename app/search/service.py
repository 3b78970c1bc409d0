"""The one way to search: for the page, the API and the command line."""

from zoneinfo import ZoneInfo

from app.engine.client import Engine
from app.engine.names import Index
from app.search.clauses import telling_words
from app.search.cursor import read_cursor
from app.search.params import SearchParams
from app.search.query import build_query
from app.search.results import Results, found_by_words, read_results
from app.search.understanding import Understood, understand
from app.viewer import Viewer

SHORT_QUESTION = 3
FEW_FOR_SHORT, FEW_FOR_LONG = 1, 5
"""A question is searched loosely where strictly it finds fewer cases than this. Three words are
meant together, so anything at all is an answer to them; of ten some are always spare."""


async def search(
    engine: Engine, params: SearchParams, viewer: Viewer | None, zone: ZoneInfo
) -> Results:
    """Raises `BadInputError` for a bad cursor, `EngineUnavailableError`, `EngineSetupError`."""
    place = read_cursor(params)
    asked = understand(params.q)
    loose = place.loose if place else False
    body = build_query(params, asked, viewer, zone, loose=loose, place=place)
    answer = await engine.search(Index.CASES, body)
    if place is None and _too_few(asked, found_by_words(answer)):
        wider = await engine.search(
            Index.CASES, build_query(params, asked, viewer, zone, loose=True)
        )
        if found_by_words(wider) > found_by_words(answer):
            answer, loose = wider, True
    return read_results(params, asked, answer, loose=loose)


def _too_few(asked: Understood, found: int) -> bool:
    """Counted without filters: a filter must never bring in cases that its count did not tell."""
    many = telling_words(asked)
    if many <= 1:
        return False
    return found < (FEW_FOR_SHORT if many <= SHORT_QUESTION else FEW_FOR_LONG)
