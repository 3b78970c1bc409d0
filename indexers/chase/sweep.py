"""The chase: open cases whose time has come, found by a query and reminded of once each."""

from collections.abc import AsyncGenerator, Callable, Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec import Struct

from app.accounts.staff import current_staff
from app.cases.chasing import chased, to_chase
from app.cases.models import Case
from app.cases.repository import document_of, to_case
from app.deadlines.current import current_deadlines
from app.engine.client import Engine, Stored
from app.engine.names import Index
from indexers import bulk, cases

log = structlog.get_logger()

BATCH = 500
"""Cases at a time: their documents are read and written whole, about 2 MB."""
_TRIES = 3
"""Of a case that is being written by others; the next minute's sweep finds it again."""
_encoder = msgspec.json.Encoder()

Decide = Callable[[Case], Case | None]
"""The newest case → as it shall be; None where nothing is to be written."""


class Swept(Struct):
    written: int = 0
    events: int = 0
    left: int = 0
    """Lost a race too often, unreadable or refused by the engine: still due."""


async def sweep(engine: Engine, zone: ZoneInfo, now: datetime) -> Swept:
    """Acts on every case that is due by `now`. Safe in parallel, after a crash and with any clock:
    each write is a compare-and-set, and the key of a reminder stands in the case.
    """
    swept = Swept()
    decide: Decide | None = None
    async for ids in pages(engine, to_chase(now), by="alert_at"):
        if decide is None:  # in a usual minute nothing is due and nothing else is read
            decide = await _decider(engine, zone, now)
        await write(engine, ids, decide, swept)
    return swept


async def _decider(engine: Engine, zone: ZoneInfo, now: datetime) -> Decide:
    book = await current_deadlines(engine)
    staff = await current_staff(engine, zone, now)
    return lambda case: chased(case, book, staff, now, zone)


async def pages(
    engine: Engine, wanted: dict[str, Any], *, by: str
) -> AsyncGenerator[list[str], None]:
    """Ids of cases that `wanted` (a query) finds, ordered by the field `by`."""
    body: dict[str, Any] = {
        "query": wanted,
        "size": BATCH,
        "_source": False,
        "track_total_hits": False,
        "sort": [{by: "asc"}, {"id": "asc"}] if by != "id" else [{"id": "asc"}],
    }
    while True:
        hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
        if hits:
            yield [hit["_id"] for hit in hits]
        if len(hits) < BATCH:
            return
        body["search_after"] = hits[-1]["sort"]


async def write(engine: Engine, ids: Collection[str], decide: Decide, swept: Swept) -> None:
    """What `decide` makes of the newest documents, each written only over what was read."""
    left = list(ids)
    for _ in range(_TRIES):
        actions, events = [], {}
        for read in (await cases.fetch(engine, left)).values():
            if pair := _decided(read, decide, swept):
                before, after = pair
                actions.append(_action(read, before, after))
                events[read.id] = len(after.history) - len(before.history)
        if not actions:
            return
        outcome = await bulk.write(engine, Index.CASES, actions)
        swept.written += len(outcome.written)
        swept.events += sum(events[one] for one in outcome.written)
        swept.left += len(outcome.failures)
        left = sorted(outcome.conflicts)
        if not left:
            return
    swept.left += len(left)


def _decided(read: Stored, decide: Decide, swept: Swept) -> tuple[Case, Case] | None:
    """One case that cannot be read keeps none of the others waiting."""
    try:
        before = to_case(read.source)
    except msgspec.ValidationError:
        log.error("case_unreadable", case_id=read.id)  # noqa: TRY400 - what it says may quote a text
        swept.left += 1
        return None
    after = decide(before)
    return None if after is None else (before, after)


def _action(read: Stored, before: Case, after: Case) -> bulk.BulkAction:
    return bulk.over(read, _encoder.encode(document_of(read, before, after)))
