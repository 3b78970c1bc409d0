"""The one way to search: for the page, the API and the command line."""

import time
from asyncio import gather
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from app.audit.service import record_name_search
from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.names import Index
from app.errors import EncoderError
from app.meaning.service import question_vector
from app.search.cursor import Place, read_cursor
from app.search.fusion import weights_of
from app.search.hybrid import Meant, Wanted, hybrid_page
from app.search.params import Mode, SearchParams, Sort
from app.search.problems import with_problem_names
from app.search.query import build_query, counts_only, hits_only, probe
from app.search.results import Page, Results, read_results
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
    hurry = _Hurry(engine)
    finding = _given(place.step) if place else _step(hurry.ask, asked, viewer)
    step, (meant, trouble) = await gather(finding, _meant(engine, params, asked, place))
    body = build_query(params, asked, viewer, zone, step=step, place=place)
    if meant or (place and place.shown is not None):
        wanted = Wanted(body, asked, viewer, step, params.size, place)
        page = await hybrid_page(hurry.ask_all, wanted, meant)
    else:
        page = await _words_page(hurry.ask, params, body, step)
    found = read_results(
        params, asked, structs.replace(page, trouble=trouble), engine.search_seconds
    )
    return await with_problem_names(engine, found)


async def _given(step: int) -> int:
    return step


async def _meant(
    engine: Engine, params: SearchParams, asked: Understood, place: Place | None
) -> tuple[Meant | None, str | None]:
    """The question's vector where this page needs one, or why there is none.

    An installation without a model is told so only where meaning was asked for by name.
    """
    weights = weights_of(asked, params.mode, relevance=params.sort is Sort.RELEVANCE)
    begun_by_words = place is not None and (place.shown is None or bool(place.values))
    if weights is None or begun_by_words:
        return None, None
    try:
        version, vector = await question_vector(engine, *asked.wordings)
    except EncoderError as error:
        told = engine.encoder_dir or params.mode is Mode.HYBRID
        return None, error.message if told else None
    return Meant(weights, version, vector), None


async def _words_page(ask: Ask, params: SearchParams, body: Body, step: int) -> Page:
    hits, counts = await gather(ask(hits_only(body)), ask(counts_only(body)))
    found = hits["hits"]["hits"]
    page, more = found[: params.size], len(found) > params.size
    answer = {
        "took": max(hits["took"], counts["took"]),
        "timed_out": hits["timed_out"] or counts["timed_out"],
        "hits": {"hits": page, "total": counts["hits"]["total"]},
        "aggregations": counts["aggregations"],
    }
    return Page(answer, step, Place(page[-1]["sort"], step) if more else None)


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
        return await self._engine.search_in_time(Index.CASES, body, self._left)

    async def ask_all(self, bodies: list[Body]) -> list[Body]:
        return await self._engine.msearch_in_time(Index.CASES, bodies, self._left)

    @property
    def _left(self) -> float:
        return max(self._ends - time.monotonic(), _LEAST_SECONDS)


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
    """As the first page was searched, also in how many of the words are enough.

    By words alone: that is what the total counts, and what a file or a change of all is about.
    """
    shown = await search(engine, replace(params, size=1, mode=Mode.WORDS), viewer, zone)
    asked = await understood(engine, params)
    body = build_query(params, asked, viewer, zone, step=shown.step)
    return {name: part for name, part in body.items() if name not in _ONLY_SHOWN}
