"""Counts the words of all cases and stores them for spelling: nightly and after a big load."""

import base64
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import structlog
from anyio.to_thread import run_sync

from app.engine import writer
from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.names import Index
from app.errors import ConflictError, EngineSetupError
from app.search.vocabulary import DOCUMENT, VocabularyState, stored_state
from app.text.spelling import chosen, pack, words_of
from app.text.streets import chosen_streets

log = structlog.get_logger()

_PAGE = 1000
_COUNTED = ["title", "text", "place.street", "place.settlement", "place.municipality"]
"""Names of places too: many stand in a column of their own and in no text."""
OLDEST = timedelta(days=1)
GROWN = 0.1
"""Share of new cases from which a rebuild does not wait for the night."""
_REST = 20
"""A rebuild waits for so many times what the last one took: a long load is not counted each
minute, and the worker spends at most a twentieth of its time on words."""
_SHORTEST_REST = timedelta(minutes=1)


async def rebuild_if_due(engine: Engine) -> bool:
    """Builds it where there is none, it is a day old, or the cases became a tenth more or fewer.

    True where it was built. An installation that was not set up yet has nothing to count.
    """
    try:
        cases = await engine.count(Index.CASES, {"match_all": {}})
        state = await stored_state(engine)
    except EngineSetupError:
        return False
    if not is_due(state, cases, datetime.now(UTC)):
        return False
    return await rebuild(engine)


def is_due(state: VocabularyState | None, cases: int, now: datetime) -> bool:
    if state is None:
        return cases > 0
    age = now - state.built_at
    rest = max(_SHORTEST_REST, timedelta(seconds=state.seconds * _REST))
    grown = abs(cases - state.cases) > GROWN * state.cases
    return age >= OLDEST or (grown and age >= rest)


async def rebuild(engine: Engine) -> bool:
    """Counts and stores; False where somebody else stored one meanwhile."""
    read = await engine.get(Index.VOCABULARY, DOCUMENT, fields=["count"])
    started = time.monotonic()
    counts: Counter[str] = Counter()
    streets: Counter[str] = Counter()
    cases = 0
    async with aclosing(_pages(engine)) as pages:
        async for page in pages:
            cases += len(page)
            await run_sync(_count, counts, streets, page)
    kept = await run_sync(chosen, counts)
    state = VocabularyState(datetime.now(UTC), time.monotonic() - started, cases, len(kept))
    document = {
        **msgspec.to_builtins(state),
        "packed": base64.b64encode(pack(kept, chosen_streets(streets))).decode(),
    }
    try:
        if read is None:
            await writer.create(engine, Index.VOCABULARY, DOCUMENT, document)
        else:
            await writer.replace(engine, read, document)
    except ConflictError:
        log.info("vocabulary_built_elsewhere")
        return False
    log.info("vocabulary_built", cases=cases, words=len(kept), seconds=round(state.seconds, 1))
    return True


def _count(counts: Counter[str], streets: Counter[str], page: list[dict[str, Any]]) -> None:
    for hit in page:
        source = hit["_source"]
        place = source.get("place", {})
        parts = [source.get("title"), source.get("text"), *place.values()]
        counts.update(words_of("\n".join(part for part in parts if part)))
        if street := place.get("street"):
            streets[" ".join(street.split())] += 1


async def _pages(engine: Engine) -> AsyncGenerator[list[dict[str, Any]], None]:
    """All cases by a point in time, in the order they lie in."""
    pit = await engine.open_pit(Index.CASES)
    after: list[Any] | None = None
    try:
        while True:
            body: dict[str, Any] = {
                "size": _PAGE,
                "pit": {"id": pit, "keep_alive": PIT_KEEP_ALIVE},
                "sort": ["_shard_doc"],
                "_source": _COUNTED,
                "track_total_hits": False,
            }
            if after is not None:
                body["search_after"] = after
            answer = await engine.search(Index.CASES, body)
            pit = answer.get("pit_id", pit)
            hits = answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            after = hits[-1]["sort"]
    finally:
        await engine.close_pit(pit)
