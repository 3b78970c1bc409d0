"""The one way to search: for the page, the API and the command line."""

from asyncio import gather
from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.names import Index
from app.search.clauses import ENOUGH, STEPS, telling_words
from app.search.cursor import read_cursor
from app.search.params import SearchParams
from app.search.query import build_query, counts_only, hits_only
from app.search.results import Results, found_by_words, read_results
from app.search.understanding import Understood, understand
from app.search.vocabulary import current_vocabulary
from app.viewer import Viewer

Body = dict[str, Any]

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

    def body(step: int) -> Body:
        return build_query(params, asked, viewer, zone, step=step, place=place)

    hits, counts = await gather(_ask(engine, hits_only(body(step))), _count(engine, body(step)))
    if place is None and _wants_more(asked, found_by_words(counts)):
        counts, step = await _widened(engine, asked, body, counts)
        if step:
            hits = await _ask(engine, hits_only(body(step)))
    return read_results(params, asked, _joined(hits, counts), step, engine.search_seconds)


async def _ask(engine: Engine, body: Body) -> dict[str, Any]:
    return await engine.search_in_time(Index.CASES, body)


async def _count(engine: Engine, body: Body) -> dict[str, Any]:
    return await _ask(engine, counts_only(body))


async def understood(engine: Engine, params: SearchParams) -> Understood:
    """The question of `params` with the words of the index: equal wherever it is asked."""
    vocabulary = await current_vocabulary(engine)
    return understand(params.q, params.asis, vocabulary)


async def _widened(
    engine: Engine, asked: Understood, body: Callable[[int], Body], counts: dict[str, Any]
) -> tuple[dict[str, Any], int]:
    """The first step that finds enough, else the one that finds most.

    Only counted: the cases themselves are asked for once, at the step that was chosen.
    """
    best, best_step = counts, 0
    for step in range(1, STEPS if asked.phrases else len(ENOUGH)):
        if not _goes_on(asked, step, found_by_words(best)):
            continue
        wider = await _count(engine, body(step))
        if found_by_words(wider) > found_by_words(best):
            best, best_step = wider, step
    return best, best_step


def _wants_more(asked: Understood, found: int) -> bool:
    return _too_few(asked, found) or (bool(asked.phrases) and not found)


def _goes_on(asked: Understood, step: int, found: int) -> bool:
    """Exact words are given up only where nobody wrote them so."""
    if not asked.loosens and step % len(ENOUGH):
        return False
    return _too_few(asked, found) if step < len(ENOUGH) else found == 0


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
    if many <= 1 or (found and _is_exact(asked)):
        return False
    return found < (FEW_FOR_SHORT if many <= SHORT_QUESTION else FEW_FOR_LONG)


def _is_exact(asked: Understood) -> bool:
    """A number or a house is the whole question: whatever shares a part of it answers nothing."""
    house = asked.address and asked.address.address.house
    return bool(asked.numbers or house)


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
    asked = await understood(engine, params)
    body = build_query(params, asked, viewer, zone, step=shown.step)
    return {name: part for name, part in body.items() if name not in _ONLY_SHOWN}
