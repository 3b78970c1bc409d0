"""Notices and digests that are older than this installation keeps them."""

from datetime import datetime, timedelta
from typing import Any

import structlog

from app.engine.client import Engine
from app.engine.names import Index
from app.settings import Settings
from indexers import bulk
from indexers.notices.store import BATCH

log = structlog.get_logger()


async def drop_old(engine: Engine, settings: Settings, now: datetime) -> int:
    """How many are gone. Safe to run twice: each is deleted only as it was found."""
    before = now - timedelta(days=settings.notice_days)
    dropped = 0
    for index in (Index.NOTICES, Index.DIGESTS):
        dropped += await _drop(engine, index, before)
    if dropped:
        log.info("notices_dropped", documents=dropped)
    return dropped


async def _drop(engine: Engine, index: Index, before: datetime) -> int:
    dropped = 0
    while found := await _old(engine, index, before):
        actions = [
            bulk.BulkAction("delete", hit["_id"], b"", hit["_seq_no"], hit["_primary_term"])
            for hit in found
        ]
        outcome = await bulk.write(engine, index, actions)
        dropped += len(outcome.written)
        if not outcome.written:  # all were touched meanwhile: tomorrow they are looked at again
            break
        await engine.refresh(index)
    return dropped


async def _old(engine: Engine, index: Index, before: datetime) -> list[dict[str, Any]]:
    body = {
        "query": {"range": {"at": {"lt": before.isoformat()}}},
        "size": BATCH,
        "_source": False,
        "seq_no_primary_term": True,
        "sort": [{"at": "asc"}],
    }
    return list((await engine.search(index, body))["hits"]["hits"])
