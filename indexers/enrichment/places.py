"""The book of places was changed: cases of its streets are looked at again, states nobody needs go.

Which cases are left is asked of the cases themselves: `enriched_at` of one that was looked at is
later than the change. So it goes on where it was broken off, and two at once do no harm.
"""

import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from ulid import ULID

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, EngineSetupError
from app.meaning.waiting import DERIVED
from app.places.models import PlacesBook
from app.places.repository import load_book, part_id, save_book
from app.settings import Settings
from app.suggestions.current import forget_suggestions
from indexers import bulk
from indexers.enrichment.batch import Batch
from indexers.enrichment.run import BATCH
from indexers.enrichment.spots import SPOTS
from indexers.enrichment.steps import Tools

log = structlog.get_logger()

LAG = timedelta(seconds=15)
"""Another process may use the book as it was for 5 seconds, and be at a batch for longer."""
_LISTED = 8 * BATCH
_UNNAMED = timedelta(hours=1)
"""A state that no book names may still be being written for so long at most."""
_MOST_PARTS = 1_000


async def revisit_places(engine: Engine, settings: Settings, seconds: float) -> bool:
    """Works for about `seconds`; True where there is more to do at once."""
    try:
        book, _ = await load_book(engine)
    except EngineSetupError:
        return False
    since = book.changed_at + LAG if book.changed_at else None
    if since is None or datetime.now(UTC) < since:
        return False
    forget_suggestions(engine)
    ends, besides = time.monotonic() + seconds, set[str]()
    while ids := await _waiting(engine, book, since, besides):
        if time.monotonic() >= ends:
            return True
        tools = Tools(engine, settings, datetime.now(UTC))
        for start in range(0, len(ids), BATCH):
            result = await Batch(tools, (SPOTS,), DERIVED).run(ids[start : start + BATCH])
            besides |= result.failed | result.lost
    await _done(engine, book)
    log.info("places_revisited", left=len(besides))
    return False


async def _waiting(
    engine: Engine, book: PlacesBook, since: datetime, besides: Collection[str]
) -> list[str]:
    """Of the changed streets, with a house and without a point of their own; what waits for the
    enrichment itself comes to the new book anyway.
    """
    await engine.refresh(Index.CASES)
    wanted: list[dict[str, Any]] = [
        {"range": {"enriched_version": {"gte": DERIVED}}},
        {"range": {"enriched_at": {"lt": since.isoformat()}}},
        {"exists": {"field": "spot.house"}},
    ]
    wanted += [{"terms": {"spot.street": book.changed}}] if book.changed else []
    without = [{"exists": {"field": "place.point"}}, {"ids": {"values": sorted(besides)}}]
    body = {
        "size": _LISTED,
        "query": {"bool": {"filter": wanted, "must_not": without}},
        "sort": [{"created_at": "desc"}, {"id": "asc"}],
        "_source": False,
        "track_total_hits": False,
    }
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return [hit["_id"] for hit in hits]


async def _done(engine: Engine, looked_at: PlacesBook) -> None:
    """Unless the book was changed meanwhile: then it is begun anew."""
    book, read = await load_book(engine)
    if book.changed_at != looked_at.changed_at:
        return
    book.changed, book.changed_at = [], None
    try:
        await save_book(engine, book, read)
    except ConflictError:
        log.info("places_changed_meanwhile")


async def drop_old_states(engine: Engine) -> int:
    """Parts of states that are neither in use nor to go back to; returns how many went."""
    try:
        found = await _old_parts(engine)
    except EngineSetupError:
        return 0
    stored = await engine.get_many(Index.PLACES, found, ("generation",))
    actions = [
        bulk.BulkAction("delete", one.id, b"", one.seq_no, one.primary_term, place=one.place)
        for one in stored.values()
    ]
    return len((await bulk.write(engine, Index.PLACES, actions)).written) if actions else 0


async def _old_parts(engine: Engine) -> list[str]:
    book, _ = await load_book(engine)
    named = {kept.generation for kept in (book.current, book.previous) if kept}
    states = {"terms": {"field": "generation", "size": _MOST_PARTS}}
    body = {"size": 0, "query": {"exists": {"field": "generation"}}, "aggs": {"states": states}}
    buckets = (await engine.search(Index.PLACES, body))["aggregations"]["states"]["buckets"]
    before = datetime.now(UTC) - _UNNAMED
    return [
        part_id(one["key"], number)
        for one in buckets
        if one["key"] not in named and ULID.from_str(one["key"]).datetime < before
        for number in range(1, one["doc_count"] + 1)
    ][:_MOST_PARTS]
