"""Exports as documents: read, created, replaced by compare-and-set."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import NotFoundError
from app.exports.models import BUSY_STATES, ENDED_STATES, ExportJob

_ASKED_FOR = (
    "id",
    "state",
    "format",
    "created_at",
    "updated_at",
    "finished_at",
    "lease_until",
    "lease_owner",
)


class StoredExport(Struct, frozen=True):
    job: ExportJob
    read: Stored


def document_of(job: ExportJob) -> dict[str, Any]:
    """Top-level fields are for queries; `document` holds the whole and is not indexed."""
    whole: dict[str, Any] = msgspec.to_builtins(job)
    asked = {name: whole[name] for name in _ASKED_FOR}
    return {**asked, "created_by": job.viewer.name, "document": whole}


def _job(source: dict[str, Any]) -> ExportJob:
    return msgspec.convert(source["document"], ExportJob)


async def create_export(engine: Engine, job: ExportJob) -> StoredExport:
    read = await writer.create(engine, Index.EXPORTS, job.id, document_of(job), refresh=True)
    return StoredExport(job, read)


async def get_export(engine: Engine, export_id: str) -> StoredExport:
    """Raises `NotFoundError`. The caller checks the viewer."""
    read = await engine.get(Index.EXPORTS, export_id)
    if read is None:
        raise NotFoundError("Такой выгрузки нет.")
    return StoredExport(_job(read.source), read)


async def replace_export(engine: Engine, stored: StoredExport, **changes: Any) -> StoredExport:
    """Writes `changes` over what was read; `ConflictError` where somebody was first."""
    changes.setdefault("updated_at", datetime.now(UTC))
    job = msgspec.structs.replace(stored.job, **changes)
    refresh = job.state != stored.job.state
    read = await writer.replace(engine, stored.read, document_of(job), refresh=refresh)
    return StoredExport(job, read)


async def abandoned_exports(engine: Engine, now: datetime) -> list[str]:
    """Ids of exports a worker should have in hand and none has: not begun, or the lease ran out."""
    held = {"range": {"lease_until": {"gte": now.isoformat()}}}
    return await _ids(engine, {"terms": {"state": sorted(BUSY_STATES)}}, must_not=held)


async def finished_before(engine: Engine, moment: datetime) -> list[str]:
    """Ids of exports that ended before `moment` and may still have a file, whole or begun."""
    old = {"range": {"finished_at": {"lt": moment.isoformat()}}}
    ended = {"terms": {"state": sorted(ENDED_STATES)}}
    return await _ids(engine, {"bool": {"filter": [ended, old]}})


async def _ids(
    engine: Engine, wanted: dict[str, Any], must_not: dict[str, Any] | None = None
) -> list[str]:
    body = {
        "size": 100,
        "sort": [{"created_at": "asc"}],
        "_source": False,
        "query": {"bool": {"filter": [wanted], "must_not": [must_not] if must_not else []}},
    }
    answer = await engine.search(Index.EXPORTS, body)
    return [hit["_id"] for hit in answer["hits"]["hits"]]
