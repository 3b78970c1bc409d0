"""Import jobs and saved profiles as documents."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from app.engine import writer
from app.engine.client import Engine
from app.engine.jobs import JobStore
from app.engine.names import Index
from app.intake.models import BUSY_STATES, ImportJob, SavedMapping

IMPORTS = JobStore(
    Index.IMPORTS,
    ImportJob,
    BUSY_STATES,
    asked_for=("profile", "file_name", "file_size", "file_sha256", "dry_run"),
    absent="Такой загрузки нет.",
    changing="Загрузка как раз меняется. Повторите через несколько секунд.",
)


class SavedProfile(Struct, frozen=True, kw_only=True):
    """A mapping kept under a name; the name is what `--profile` takes."""

    name: str
    mapping: SavedMapping
    created_at: datetime
    updated_at: datetime
    created_by: str


async def list_jobs(engine: Engine, *, size: int = 50) -> list[ImportJob]:
    """The newest first."""
    return await IMPORTS.newest(engine, {"match_all": {}}, size=size)


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
