"""Reads the journal chain by chain, as it was at one moment."""

from collections.abc import AsyncGenerator
from datetime import date
from typing import Any

from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.names import Index

_PAGE = 2_000


async def in_chains(engine: Engine, wanted: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
    """Documents that `wanted` (a query) finds, ordered by chain and link, with `_id` in them."""
    body: dict[str, Any] = {
        "query": wanted,
        "size": _PAGE,
        "sort": [{"chain": "asc"}, {"link": "asc"}, {"_shard_doc": "asc"}],
        "track_total_hits": False,
    }
    pit = await engine.open_pit(Index.AUDIT)
    try:
        while True:
            held = {"id": pit, "keep_alive": PIT_KEEP_ALIVE}
            answer = await engine.search(Index.AUDIT, {**body, "pit": held})
            pit, hits = answer["pit_id"], answer["hits"]["hits"]
            for hit in hits:
                yield hit["_source"]
            if len(hits) < _PAGE:
                return
            body["search_after"] = hits[-1]["sort"]
    finally:
        await engine.close_pit(pit)


def lines_of_day(engine: Engine, day: date) -> AsyncGenerator[dict[str, Any], None]:
    """Lines of no case that were written on this day (UTC)."""
    return in_chains(engine, {"term": {"day": day.isoformat()}})
