"""The one way to search: for the page, the API and the command line."""

from typing import Any
from zoneinfo import ZoneInfo

from app.engine.client import Engine
from app.engine.names import Index
from app.search.clauses import ENOUGH, STEPS, telling_words
from app.search.cursor import read_cursor
from app.search.params import SearchParams
from app.search.query import build_query
from app.search.results import Results, found_by_words, read_results
from app.search.understanding import Understood, understand
from app.search.vocabulary import current_vocabulary
from app.viewer import Viewer

SHORT_QUESTION = 3
FEW_FOR_SHORT, FEW_FOR_LONG = 5, 20
"""Fewer cases than this are too few. Three words are meant together; of ten some are always spare,
and a page should be full. Names of themes as questions over real messages, nDCG@10: 0.26 with 1
and 5, 0.30 with 1 and 20, 0.32 with 5 and 20; the stock analyzer has 0.32."""


async def search(
    engine: Engine, params: SearchParams, viewer: Viewer | None, zone: ZoneInfo
) -> Results:
    """Raises `BadInputError` for a bad cursor, `EngineUnavailableError`, `EngineSetupError`."""
    place = read_cursor(params)
    asked = await understood(engine, params)
    step = place.step if place else 0
    body = build_query(params, asked, viewer, zone, step=step, place=place)
    answer = await engine.search(Index.CASES, body)
    if place is None:
        answer, step = await _widened(engine, params, asked, viewer, zone, answer)
    return read_results(params, asked, answer, step)


async def understood(engine: Engine, params: SearchParams) -> Understood:
    """The question of `params` with the words of the index: equal wherever it is asked."""
    vocabulary = await current_vocabulary(engine)
    return understand(params.q, params.asis, vocabulary)


async def _widened(
    engine: Engine,
    params: SearchParams,
    asked: Understood,
    viewer: Viewer | None,
    zone: ZoneInfo,
    answer: dict[str, Any],
) -> tuple[dict[str, Any], int]:
    """The first step that finds enough, else the one that finds most."""
    best, best_step = answer, 0
    for step in range(1, STEPS if asked.phrases else len(ENOUGH)):
        if not _goes_on(asked, step, found_by_words(best)):
            continue
        body = build_query(params, asked, viewer, zone, step=step)
        wider = await engine.search(Index.CASES, body)
        if found_by_words(wider) > found_by_words(best):
            best, best_step = wider, step
    return best, best_step


def _goes_on(asked: Understood, step: int, found: int) -> bool:
    """Exact words are given up only where nobody wrote them so."""
    if not asked.loosens and step % len(ENOUGH):
        return False
    return _too_few(asked, found) if step < len(ENOUGH) else found == 0


def _too_few(asked: Understood, found: int) -> bool:
    """Counted without filters: a filter must never bring in cases that its count did not tell."""
    many = telling_words(asked)
    if many <= 1 or (found and _is_exact(asked)):
        return False
    return found < (FEW_FOR_SHORT if many <= SHORT_QUESTION else FEW_FOR_LONG)


def _is_exact(asked: Understood) -> bool:
    """A number or a house is the whole question: whatever shares a part of it answers nothing."""
    house = asked.address and asked.address.address.house
    return bool(asked.numbers or house)
