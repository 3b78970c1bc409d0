"""Notices and digests in bulk: found by their letters, moved by compare-and-set."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import structlog

from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.notices.models import Digest, Mail, Notice
from indexers import bulk

log = structlog.get_logger()

BATCH = 500
_TRIES = 20
_encoder = msgspec.json.Encoder()

Kept = TypeVar("Kept", Notice, Digest)
Filter = Mapping[str, Any]


async def find(
    engine: Engine, index: Index, filters: Sequence[Filter], kind: type[Kept]
) -> list[tuple[Stored, Kept]]:
    """The first `BATCH` that all `filters` hold of, oldest first, each as it is now."""
    body = {
        "query": {"bool": {"filter": list(filters)}},
        "size": BATCH,
        "_source": False,
        "sort": [{"at": "asc"}],
    }
    hits = (await engine.search(index, body))["hits"]["hits"]
    return await read(engine, index, [hit["_id"] for hit in hits], kind)


async def read(
    engine: Engine, index: Index, ids: Sequence[str], kind: type[Kept]
) -> list[tuple[Stored, Kept]]:
    """By id, so as they are now whatever a search has seen; those that exist, in that order."""
    found = await engine.get_many(index, ids)
    return [(found[one], msgspec.convert(found[one].source, kind)) for one in ids if one in found]


async def move(
    engine: Engine, index: Index, steps: Sequence[tuple[Stored, Mail]]
) -> dict[str, Stored]:
    """Writes the next step of these letters; returns those that nobody else moved meanwhile, as
    they lie now.
    """
    actions = [_moved(read, mail) for read, mail in steps]
    if not actions:
        return {}
    outcome = await bulk.write(engine, index, actions)
    return await engine.get_many(index, sorted(outcome.written))


def _moved(read: Stored, mail: Mail) -> bulk.BulkAction:
    document = read.source | {"mail": msgspec.to_builtins(mail), "rev": read.source["rev"] + 1}
    return bulk.over(read, _encoder.encode(document))


async def settle(
    engine: Engine, index: Index, ids: Sequence[str], step: Callable[[Mail], Mail]
) -> None:
    """The next step of letters that are ours, over whatever else is written to them meanwhile (a
    person reads a notice while its letter is on the way).
    """
    left = list(ids)
    for _ in range(_TRIES):
        found = await engine.get_many(index, left)
        steps = [(one, step(mail_of(one))) for one in found.values()]
        moved = await move(engine, index, steps)
        left = [one for one in found if one not in moved]
        if not left:
            return
    log.error("letters_not_settled", index=index, letters=len(left))


def mail_of(read: Stored) -> Mail:
    return msgspec.convert(read.source.get("mail", {}), Mail)
