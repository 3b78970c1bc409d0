"""Import jobs and saved profiles as documents: read, created, replaced by compare-and-set."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import NotFoundError
from app.intake.models import BUSY_STATES, ImportJob, SavedMapping


class StoredJob(Struct, frozen=True):
    job: ImportJob
    read: Stored


class SavedProfile(Struct, frozen=True, kw_only=True):
    """A mapping kept under a name; the name is what `--profile` takes."""

    name: str
    mapping: SavedMapping
    created_at: datetime
    updated_at: datetime
    created_by: str


def _document(job: ImportJob) -> dict[str, Any]:
    """Top-level fields are for queries; `document` holds the whole and is not indexed."""
    whole: dict[str, Any] = msgspec.to_builtins(job)
    names = (
        "id",
        "state",
        "profile",
        "file_name",
        "file_size",
        "file_sha256",
        "dry_run",
        "created_at",
        "created_by",
        "updated_at",
        "finished_at",
        "lease_until",
        "lease_owner",
    )
    return {**{name: whole[name] for name in names}, "document": whole}


def _job(source: dict[str, Any]) -> ImportJob:
    return msgspec.convert(source["document"], ImportJob)


async def create_job(engine: Engine, job: ImportJob) -> StoredJob:
    read = await writer.create(engine, Index.IMPORTS, job.id, _document(job), refresh=True)
    return StoredJob(job, read)


async def get_job(engine: Engine, import_id: str) -> StoredJob:
    """Raises `NotFoundError`."""
    read = await engine.get(Index.IMPORTS, import_id)
    if read is None:
        raise NotFoundError("Такой загрузки нет.")
    return StoredJob(_job(read.source), read)


async def replace_job(engine: Engine, stored: StoredJob, **changes: Any) -> StoredJob:
    """Writes `changes` over what was read; `ConflictError` where somebody was first."""
    changes.setdefault("updated_at", datetime.now(UTC))
    job = msgspec.structs.replace(stored.job, **changes)
    refresh = job.state != stored.job.state
    read = await writer.replace(engine, stored.read, _document(job), refresh=refresh)
    return StoredJob(job, read)


async def list_jobs(engine: Engine, *, size: int = 50) -> list[ImportJob]:
    """The newest first."""
    body = {
        "size": size,
        "sort": [{"created_at": "desc"}, {"id": "desc"}],
        "_source": ["document"],
        "query": {"match_all": {}},
    }
    answer = await engine.search(Index.IMPORTS, body)
    return [_job(hit["_source"]) for hit in answer["hits"]["hits"]]


async def abandoned_jobs(engine: Engine, now: datetime) -> list[str]:
    """Ids of jobs a worker should have in hand and none has: not begun, or the lease ran out."""
    body = {
        "size": 100,
        "sort": [{"created_at": "asc"}],
        "_source": False,
        "query": {
            "bool": {
                "filter": [{"terms": {"state": sorted(BUSY_STATES)}}],
                "must_not": [{"range": {"lease_until": {"gte": now.isoformat()}}}],
            }
        },
    }
    answer = await engine.search(Index.IMPORTS, body)
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def _profile_id(name: str) -> str:
    return name.casefold()


async def get_profile(engine: Engine, name: str) -> SavedProfile | None:
    read = await engine.get(Index.IMPORT_PROFILES, _profile_id(name))
    return msgspec.convert(read.source["document"], SavedProfile) if read else None


async def save_profile(engine: Engine, profile: SavedProfile) -> None:
    """Creates or replaces the profile of that name (case does not tell names apart)."""
    whole: dict[str, Any] = msgspec.to_builtins(profile)
    document = {
        **{name: whole[name] for name in ("name", "created_at", "updated_at", "created_by")},
        "document": whole,
    }
    read = await engine.get(Index.IMPORT_PROFILES, _profile_id(profile.name))
    if read is None:
        await writer.create(
            engine, Index.IMPORT_PROFILES, _profile_id(profile.name), document, refresh=True
        )
    else:
        await writer.replace(engine, read, document, refresh=True)


async def list_profiles(engine: Engine) -> list[SavedProfile]:
    body = {"size": 500, "sort": [{"name": "asc"}], "query": {"match_all": {}}}
    answer = await engine.search(Index.IMPORT_PROFILES, body)
    return [
        msgspec.convert(hit["_source"]["document"], SavedProfile) for hit in answer["hits"]["hits"]
    ]
