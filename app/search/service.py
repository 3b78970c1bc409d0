"""The one way to search: for the page, the API and the command line."""

from asyncio import gather
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from app.engine.client import Engine
from app.engine.names import Index
from app.search.clauses import ENOUGH, telling_words
from app.search.cursor import read_cursor
from app.search.params import SearchParams
from app.search.query import build_query, counts_only, hits_only
from app.search.results import Results, found_by_words, read_results
from app.search.understanding import Understood, understand
from app.viewer import Viewer

Body = dict[str, Any]

SHORT_QUESTION = 3
FEW_FOR_SHORT, FEW_FOR_LONG = 1, 5
"""Fewer cases than this are too few. Three words are meant together, so anything at all answers
them; of ten words some are always spare."""


async def search(
    engine: Engine, params: SearchParams, viewer: Viewer | None, zone: ZoneInfo
) -> Results:
    """Raises `BadInputError` for a bad cursor, `EngineUnavailableError`, `EngineSetupError`."""
    place = read_cursor(params)
    asked = understand(params.q)
    step = place.step if place else 0

    def body(step: int) -> Body:
        return build_query(params, asked, viewer, zone, step=step, place=place)

    hits, counts = await gather(_ask(engine, hits_only(body(step))), _count(engine, body(step)))
    if place is None and _too_few(asked, found_by_words(counts)):
        counts, step = await _widened(engine, asked, body, counts)
        if step:
            hits = await _ask(engine, hits_only(body(step)))
    return read_results(params, asked, _joined(hits, counts), step, engine.search_seconds)


async def _ask(engine: Engine, body: Body) -> dict[str, Any]:
    return await engine.search_in_time(Index.CASES, body)


async def _count(engine: Engine, body: Body) -> dict[str, Any]:
    return await _ask(engine, counts_only(body))


async def _widened(
    engine: Engine, asked: Understood, body: Callable[[int], Body], counts: dict[str, Any]
) -> tuple[dict[str, Any], int]:
    """The first step of `ENOUGH` that finds enough, else the one that finds most.

    Only counted: the cases themselves are asked for once, at the step that was chosen.
    """
    best, best_step = counts, 0
    for step in range(1, len(ENOUGH)):
        if not _too_few(asked, found_by_words(best)):
            break
        wider = await _count(engine, body(step))
        if found_by_words(wider) > found_by_words(best):
            best, best_step = wider, step
    return best, best_step


def _joined(hits: dict[str, Any], counts: dict[str, Any]) -> dict[str, Any]:
    """One answer as the engine would have given it to the whole body."""
    return {
        "took": max(hits["took"], counts["took"]),
        "timed_out": hits["timed_out"] or counts["timed_out"],
        "hits": {**hits["hits"], "total": counts["hits"]["total"]},
        "aggregations": counts["aggregations"],
    }


def _too_few(asked: Understood, found: int) -> bool:
    """Counted without filters: a filter must never bring in cases that its count did not tell."""
    many = telling_words(asked)
    if many <= 1:
        return False
    return found < (FEW_FOR_SHORT if many <= SHORT_QUESTION else FEW_FOR_LONG)
