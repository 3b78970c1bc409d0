"""Cases that a step could not do: kept with the reason, tried again, later each time."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import msgspec

from app.engine.client import Engine, Stored
from app.engine.names import Index
from indexers import bulk

_MOST = 10_000
"""Cases that are passed by at a time; where more fail, something else is wrong."""
_FIRST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(days=1)
_encoder = msgspec.json.Encoder()

Reasons = Mapping[str, tuple[str, str]]
"""Case id → name of the step and why."""


async def paused(engine: Engine, now: datetime) -> set[str]:
    """Ids of cases whose next try is still to come."""
    body = {
        "size": _MOST,
        "query": {"range": {"next_at": {"gt": now.isoformat()}}},
        "_source": False,
        "track_total_hits": False,
    }
    hits = (await engine.search(Index.ENRICHMENT, body))["hits"]["hits"]
    return {hit["_id"] for hit in hits}


async def keep(
    engine: Engine, reasons: Reasons, cases: Mapping[str, Stored], now: datetime
) -> None:
    """Whoever writes first of two at once is right: the other saw the same failure."""
    known = await engine.get_many(Index.ENRICHMENT, reasons)
    actions = []
    for case_id, (step, why) in reasons.items():
        read = known.get(case_id)
        tries = (read.source["tries"] if read else 0) + 1
        body = _encoder.encode(
            {
                "case_id": case_id,
                "number": cases[case_id].source.get("number", ""),
                "step": step,
                "why": why,
                "tries": tries,
                "failed_at": now,
                "next_at": now + _pause(tries),
            }
        )
        actions.append(bulk.over(read, body) if read else bulk.BulkAction("create", case_id, body))
    await bulk.write(engine, Index.ENRICHMENT, actions)
    await engine.refresh(Index.ENRICHMENT)


async def forget(engine: Engine, done: Collection[str]) -> None:
    """Of `done` those that once failed: they are done now."""
    known = await engine.get_many(Index.ENRICHMENT, done, ("tries",))
    actions = [_away(read) for read in known.values()]
    if actions:
        await bulk.write(engine, Index.ENRICHMENT, actions)


def _away(read: Stored) -> bulk.BulkAction:
    return bulk.BulkAction("delete", read.id, b"", read.seq_no, read.primary_term, place=read.place)


def _pause(tries: int) -> timedelta:
    return min(_FIRST_PAUSE * (1 << min(tries - 1, 16)), _LONGEST_PAUSE)
