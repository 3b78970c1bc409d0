"""A day of the journal is closed: how long every chain of it was, in a chain of its own.

Without this the end of a chain, or a whole chain, could be taken away unseen. Lines of cases need
it not: their histories tell how many there must be.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog

from app.audit import repository
from app.audit.chain import chain_key, linked
from app.audit.models import AuditEvent, ObjectKind, Outcome
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError
from indexers.audit.stream import lines_of_day

log = structlog.get_logger()

CHAIN = "days"
_GRACE = timedelta(minutes=10)
"""A process that began a write before midnight has ended it by then."""
_MOST = 31
"""Days closed at one call: after a long rest the next calls go on."""


def day_id(day: date) -> str:
    return f"day:{day.isoformat()}"


def _moment(day: date) -> datetime:
    """Of the line: always the same, so that it is one line whoever writes it."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)


async def close_days(engine: Engine, now: datetime) -> int:
    """Closes every finished day that is not closed yet; returns how many. Safe in parallel."""
    last = (now - _GRACE).date() - timedelta(days=1)
    newest = await _newest(engine)
    if newest is None:
        begun = await _first_day(engine)
        if begun is None:
            return 0
        day, link, previous = begun, 0, ""
    else:
        day = date.fromisoformat(newest["object_id"]) + timedelta(days=1)
        link, previous = newest["link"], newest["hash"]
    closed = 0
    while day <= last and closed < _MOST:
        document = await _line(engine, day, link + 1, previous)
        try:
            await repository.add(engine, _moment(day), document)
        except ConflictError:
            return closed  # another worker is at it
        day, link, previous = day + timedelta(days=1), link + 1, document["hash"]
        closed += 1
    return closed


async def _line(engine: Engine, day: date, link: int, previous: str) -> dict[str, Any]:
    heads: dict[str, dict[str, Any]] = {}
    count = 0
    async for document in lines_of_day(engine, day):
        heads[document["chain"]] = {"link": document["link"], "hash": document["hash"]}
        count += 1
    event = AuditEvent(
        id=day_id(day),
        at=_moment(day),
        what="audit.day_closed",
        outcome=Outcome.DONE,
        who="system",
        kind=ObjectKind.AUDIT,
        object_id=day.isoformat(),
        count=count,
    )
    content = repository.content_of(event) | {"heads": heads}
    return linked(chain_key(engine.data_dir), content, chain=CHAIN, link=link, previous=previous)


async def _newest(engine: Engine) -> dict[str, Any] | None:
    await engine.refresh_reads(Index.AUDIT)
    body = {"query": {"term": {"chain": CHAIN}}, "size": 1, "sort": [{"link": "desc"}]}
    hits = (await engine.search(Index.AUDIT, body))["hits"]["hits"]
    return hits[0]["_source"] if hits else None


async def _first_day(engine: Engine) -> date | None:
    body = {"query": {"exists": {"field": "day"}}, "size": 1, "sort": [{"day": "asc"}]}
    hits = (await engine.search(Index.AUDIT, body))["hits"]["hits"]
    return date.fromisoformat(hits[0]["_source"]["day"]) if hits else None
