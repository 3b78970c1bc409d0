"""What follows from histories and lies outside of them: made of every event once and in order,
whatever dies in between.

A case says how far a projection has come (`seq`) and whether there is more (`due`, set by the
write that adds the event). First the documents are written, each under an id made of the event,
then the case is advanced: what dies in between finds its documents there and only advances.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from app.engine.client import Engine, Stored
from app.engine.names import Index
from indexers import bulk, cases

log = structlog.get_logger()

BATCH = 500
"""Cases at a time: their documents are read and written whole, about 2 MB."""
_TRIES = 8
_encoder = msgspec.json.Encoder()


class Projection(Struct, frozen=True):
    """One kind of what is made of histories."""

    name: str
    """In the log."""
    seq: str
    """Field of a case: sequence of the last event that was projected."""
    due: str
    """Field of a case: true where there is more."""
    is_due: Callable[[Mapping[str, Any]], bool]
    write: Callable[[Engine, Mapping[str, Stored]], Awaitable[None]]
    """Writes what is missing of these cases; raises where any of it was refused."""


async def project(engine: Engine, kind: Projection, ids: Collection[str]) -> int:
    """Writes what is missing of these cases; returns how many it caught up with.

    Safe to run any number of times and in parallel. A case that is being changed all the time is
    left to the next run.
    """
    left, done = list(ids), 0
    for attempt in range(_TRIES):
        found = await cases.fetch(engine, left)
        due = {key: read for key, read in found.items() if kind.is_due(read.source)}
        if not due:
            return done
        await kind.write(engine, due)
        left = await _advance(engine, kind, due)
        done += len(due) - len(left)
        if not left:
            return done
        await asyncio.sleep(0.02 * 2**attempt)
    log.info("projection_left_for_later", of=kind.name, cases=len(left))
    return done


async def project_due(engine: Engine, kind: Projection, limit: int = BATCH) -> int:
    """Projects the cases that wait longest; 0 where none wait, or none could be caught up with."""
    await engine.refresh(Index.CASES)  # or the next search finds the same cases
    body = {
        "query": {"term": {kind.due: True}},
        "size": limit,
        "_source": False,
        "sort": [{"updated_at": "asc"}],
    }
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return await project(engine, kind, [hit["_id"] for hit in hits]) if hits else 0


async def _advance(engine: Engine, kind: Projection, due: Mapping[str, Stored]) -> list[str]:
    """Says in each case how far it has come; returns those somebody changed meanwhile."""
    actions = [_advanced(kind, read) for read in due.values()]
    outcome = await bulk.write(engine, Index.CASES, actions)
    if outcome.failures:
        log.error("projection_not_advanced", of=kind.name, cases=len(outcome.failures))
    return sorted(outcome.conflicts | outcome.failures.keys())


def _advanced(kind: Projection, read: Stored) -> bulk.BulkAction:
    """A machine's write: `rev` grows, `version` of what people see does not."""
    rest = {name: value for name, value in read.source.items() if name != kind.due}
    seq = max(len(rest.get("history", [])), rest.get(kind.seq, 0))
    document = rest | {kind.seq: seq, "rev": rest["rev"] + 1}
    return bulk.over(read, _encoder.encode(document))
