"""The one way to search: for the page, the API and the command line."""

import time
from asyncio import gather
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.audit.service import record_name_search
from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.names import Index
from app.search.cursor import read_cursor
from app.search.params import SearchParams
from app.search.query import build_query, counts_only, hits_only, probe
from app.search.results import Results, read_results
from app.search.steps import wider_steps
from app.search.understanding import Understood, understand
from app.search.vocabulary import current_vocabulary
from app.text.names import full_name
from app.viewer import Viewer

Body = dict[str, Any]
Ask = Callable[[Body], Awaitable[Body]]


async def search(
    engine: Engine, params: SearchParams, viewer: Viewer | None, zone: ZoneInfo
) -> Results:
    """Raises `BadInputError` for a bad cursor, `EngineUnavailableError`, `EngineSetupError`."""
    place = read_cursor(params)
    asked = await understood(engine, params)
    ask = _Hurry(engine).ask
    step = place.step if place else await _step(ask, asked, viewer)
    body = build_query(params, asked, viewer, zone, step=step, place=place)
    hits, counts = await gather(ask(hits_only(body)), ask(counts_only(body)))
    return read_results(params, asked, _joined(hits, counts), step, engine.search_seconds)


async def search_and_tell(
    engine: Engine, params: SearchParams, viewer: Viewer, zone: ZoneInfo
) -> Results:
    """As `search`, for what a person typed: where it names a citizen, that it was asked for is in
    the journal before anything is shown. Further pages of the same question are not told again.
    """
    results = await search(engine, params, viewer, zone)
    name = full_name(params.q) if params.after is None else None
    if name:
        await record_name_search(engine, viewer, name, results.total)
    return results


class _Hurry:
    """The requests of one search share its time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ends = time.monotonic() + engine.search_seconds

    async def ask(self, body: Body) -> Body:
        left = max(self._ends - time.monotonic(), _LEAST_SECONDS)
        return await self._engine.search_in_time(Index.CASES, body, left)


_LEAST_SECONDS = 0.1
"""Even the last request of a slow search may find something."""


async def understood(engine: Engine, params: SearchParams) -> Understood:
    """The question of `params` with the words of the index: equal wherever it is asked."""
    vocabulary = await current_vocabulary(engine)
    return understand(params.q, params.asis, vocabulary)


async def _step(ask: Ask, asked: Understood, viewer: Viewer | None) -> int:
    """The first step that finds enough, else the one that finds most.

    Only counted, and no further than enough: 1 to 2 ms a step with 300,000 messages.
    """
    wider = list(wider_steps(asked)) if asked.given else []
    best, most = 0, -1
    most_asked = max((enough for _, enough in wider), default=0)
    for number, enough in [(0, most_asked), *wider]:
        if wider and most < enough:
            answer = await ask(probe(asked, viewer, number, most_asked))
            found = int(answer["hits"]["total"]["value"])
            best, most = (number, found) if found > most else (best, most)
    return best


def _joined(hits: dict[str, Any], counts: dict[str, Any]) -> dict[str, Any]:
    """One answer as the engine would have given it to the whole body."""
    return {
        "took": max(hits["took"], counts["took"]),
        "timed_out": hits["timed_out"] or counts["timed_out"],
        "hits": {**hits["hits"], "total": counts["hits"]["total"]},
        "aggregations": counts["aggregations"],
    }


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
