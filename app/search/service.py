"""The one way to search: for the page, the API and the command line."""

from collections.abc import AsyncGenerator, Collection
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.names import Index
from app.search.clauses import ENOUGH, telling_words
from app.search.cursor import read_cursor
from app.search.params import SearchParams
from app.search.query import build_query
from app.search.results import Results, found_by_words, read_results
from app.search.understanding import Understood, understand
from app.viewer import Viewer

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
    body = build_query(params, asked, viewer, zone, step=step, place=place)
    answer = await engine.search(Index.CASES, body)
    if place is None:
        answer, step = await _widened(engine, params, asked, viewer, zone, answer)
    return read_results(params, asked, answer, step)


async def _widened(
    engine: Engine,
    params: SearchParams,
    asked: Understood,
    viewer: Viewer | None,
    zone: ZoneInfo,
    answer: dict[str, Any],
) -> tuple[dict[str, Any], int]:
    """The first step of `ENOUGH` that finds enough, else the one that finds most."""
    best, best_step = answer, 0
    for step in range(1, len(ENOUGH)):
        if not _too_few(asked, found_by_words(best)):
            break
        body = build_query(params, asked, viewer, zone, step=step)
        wider = await engine.search(Index.CASES, body)
        if found_by_words(wider) > found_by_words(best):
            best, best_step = wider, step
    return best, best_step


def _too_few(asked: Understood, found: int) -> bool:
    """Counted without filters: a filter must never bring in cases that its count did not tell."""
    many = telling_words(asked)
    if many <= 1:
        return False
    return found < (FEW_FOR_SHORT if many <= SHORT_QUESTION else FEW_FOR_LONG)


WALK_PAGE = 1_000
"""Cases a page of a walk: about 2 MB of texts and answers, and 100 requests for 100,000 cases."""
_ONLY_SHOWN = ("aggs", "highlight", "search_after", "pit")


class WalkPage(Struct, frozen=True):
    total: int
    """All cases of the walk, the same on each page."""
    cases: list[dict[str, Any]]
    """Documents with the fields asked for."""


async def walk(
    engine: Engine,
    params: SearchParams,
    viewer: Viewer | None,
    zone: ZoneInfo,
    fields: Collection[str],
) -> AsyncGenerator[WalkPage, None]:
    """The whole result from its first case to its last, in its order, as it was at one moment.

    Pages and sizes of `params` do not count. The reader may take up to two minutes over a page.
    """
    whole = replace(params, after=None, size=WALK_PAGE)
    body = await _walk_body(engine, whole, viewer, zone)
    body |= {"_source": list(fields), "size": WALK_PAGE}
    pit = await engine.open_pit(Index.CASES)
    try:
        while True:
            held = {"id": pit, "keep_alive": PIT_KEEP_ALIVE}
            answer = await engine.search(Index.CASES, {**body, "pit": held})
            pit = answer["pit_id"]
            hits = answer["hits"]["hits"]
            total = int(answer["hits"]["total"]["value"])
            yield WalkPage(total, [hit["_source"] for hit in hits])
            if len(hits) < WALK_PAGE:
                return
            body["search_after"] = hits[-1]["sort"]
    finally:
        await engine.close_pit(pit)


async def _walk_body(
    engine: Engine, params: SearchParams, viewer: Viewer | None, zone: ZoneInfo
) -> dict[str, Any]:
    """As the first page was searched, also in how many of the words are enough."""
    shown = await search(engine, replace(params, size=1), viewer, zone)
    asked = understand(params.q)
    body = build_query(params, asked, viewer, zone, step=shown.step)
    return {name: part for name, part in body.items() if name not in _ONLY_SHOWN}
