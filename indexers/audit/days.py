"""A day of the journal is closed: how long every chain of it was, in a chain of its own.

Without this the end of a chain, or a whole chain, could be taken away unseen; until it is done the
files of `app.audit.heads` say the same. Lines of cases need neither: their histories tell how many
there must be.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from anyio.to_thread import run_sync

from app.audit import repository
from app.audit.chain import chain_key, linked
from app.audit.heads import DAYS, Head, Heads
from app.audit.models import AuditEvent, ObjectKind, Outcome
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError
from indexers.audit.stream import lines_of_day

log = structlog.get_logger()

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
    until = (now - _GRACE).date() - timedelta(days=1)
    last = await _newest(engine)
    day = _next_day(last) if last else await _first_day(engine)
    closed = 0
    while day and day <= until and closed < _MOST:
        document = await _line(engine, day, last)
        try:
            await repository.add(engine, _moment(day), document)
        except ConflictError:
            return closed  # another worker is at it
        last = Head(DAYS, document["link"], document["hash"], day.isoformat())
        day = _next_day(last)
        closed += 1
    if last:
        await run_sync(Heads(engine).close, last)
    return closed


def _next_day(last: Head) -> date:
    return date.fromisoformat(last.day) + timedelta(days=1)


async def _line(engine: Engine, day: date, last: Head | None) -> dict[str, Any]:
    heads: dict[str, dict[str, Any]] = {}
    count = 0
    async for document in lines_of_day(engine, day):
        heads[document["chain"]] = {"link": document["link"], "hash": document["hash"]}
        count += 1
    for head in Heads(engine).of_day(day):
        if heads.get(head.chain, {"link": 0})["link"] < head.link:  # cut off: that stays to be seen
            heads[head.chain] = {"link": head.link, "hash": head.hash}
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
    return linked(
        chain_key(engine.data_dir),
        content,
        chain=DAYS,
        link=last.link + 1 if last else 1,
        previous=last.hash if last else "",
    )


async def _newest(engine: Engine) -> Head | None:
    """The last closed day. Where its line was taken away it is not closed again: the hole stays."""
    told = Heads(engine).last_day()  # before the search, which then sees at least as much
    await engine.refresh_reads(Index.AUDIT)
    body = {"query": {"term": {"chain": DAYS}}, "size": 1, "sort": [{"link": "desc"}]}
    hits = (await engine.search(Index.AUDIT, body))["hits"]["hits"]
    if not hits:
        return told
    found = hits[0]["_source"]
    if told and told.link > found["link"]:
        return told
    return Head(DAYS, found["link"], found["hash"], found["object_id"])


async def _first_day(engine: Engine) -> date | None:
    """Of any process chain, also of one whose lines were all taken away."""
    told = [head.day for head in Heads(engine).all()]
    body = {"query": {"exists": {"field": "day"}}, "size": 1, "sort": [{"day": "asc"}]}
    hits = (await engine.search(Index.AUDIT, body))["hits"]["hits"]
    days = told + [hit["_source"]["day"] for hit in hits]
    return date.fromisoformat(min(days)) if days else None
