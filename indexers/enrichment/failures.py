"""Cases that a step could not do: kept with the reason, tried again, later each time."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

import msgspec

from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.problems.models import UNPLACED
from indexers import bulk

BROKEN = "Ошибка в программе, подробности в журнале."
_MOST = 10_000
"""Cases that are passed by at a time; where more fail, something else is wrong."""
_FIRST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(days=1)
_encoder = msgspec.json.Encoder()

Reasons = Mapping[str, tuple[str, str]]
"""Case id → name of the step and why."""
Key = Callable[[Stored], str]
"""A case as it was read → id of the record of its failure."""


def by_case(case: Stored) -> str:
    return case.id


def refused(failure: bulk.BulkFailure) -> str:
    """Why a document that the engine did not take is set aside."""
    return f"Поисковая система не приняла запись ({failure.type})."


async def paused(engine: Engine, now: datetime) -> set[str]:
    """Ids of cases whose next try is still to come; of the enrichment itself."""
    body = {
        "size": _MOST,
        "query": {
            "bool": {
                "filter": [{"range": {"next_at": {"gt": now.isoformat()}}}],
                "must_not": [{"term": {"step": UNPLACED}}],
            }
        },
        "_source": False,
        "track_total_hits": False,
    }
    hits = (await engine.search(Index.ENRICHMENT, body))["hits"]["hits"]
    return {hit["_id"] for hit in hits}


async def kept(engine: Engine, step: str) -> dict[str, dict[str, str]]:
    """All records of one step by their ids."""
    body = {"size": _MOST, "query": {"term": {"step": step}}, "track_total_hits": False}
    hits = (await engine.search(Index.ENRICHMENT, body))["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}


async def keep(
    engine: Engine, reasons: Reasons, cases: Mapping[str, Stored], now: datetime, key: Key = by_case
) -> None:
    """Whoever writes first of two at once is right: the other saw the same failure."""
    names = {case_id: key(cases[case_id]) for case_id in reasons}
    known = await engine.get_many(Index.ENRICHMENT, names.values())
    actions = []
    for case_id, (step, why) in reasons.items():
        read = known.get(names[case_id])
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
        made = bulk.BulkAction("create", names[case_id], body)
        actions.append(bulk.over(read, body) if read else made)
    await bulk.write(engine, Index.ENRICHMENT, actions)
    await engine.refresh(Index.ENRICHMENT)


async def forget(engine: Engine, done: Collection[str]) -> None:
    """Of the records `done`, by default ids of cases, those that are there: they are done now."""
    known = await engine.get_many(Index.ENRICHMENT, done, ("tries",))
    actions = [_away(read) for read in known.values()]
    if actions:
        await bulk.write(engine, Index.ENRICHMENT, actions)


def _away(read: Stored) -> bulk.BulkAction:
    return bulk.BulkAction("delete", read.id, b"", read.seq_no, read.primary_term, place=read.place)


def _pause(tries: int) -> timedelta:
    return min(_FIRST_PAUSE * (1 << min(tries - 1, 16)), _LONGEST_PAUSE)
