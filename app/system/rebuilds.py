"""The record of the last rebuild of an index: read by pages, written by the one who leads it."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.system.models import Rebuild


class StoredRebuild(msgspec.Struct, frozen=True):
    rebuild: Rebuild
    read: Stored


def document(rebuild: Rebuild) -> dict[str, Any]:
    """Top-level fields are for queries; `document` holds the whole and is not indexed."""
    whole: dict[str, Any] = msgspec.to_builtins(rebuild)
    names = ("index", "phase", "started_at", "updated_at")
    return {**{name: whole[name] for name in names}, "document": whole}


async def get_rebuild(engine: Engine, index: Index) -> StoredRebuild | None:
    """The last rebuild, running or not; None where there was none."""
    read = await engine.get(Index.REBUILDS, index)
    if read is None:
        return None
    return StoredRebuild(msgspec.convert(read.source["document"], Rebuild), read)


async def put_rebuild(
    engine: Engine, rebuild: Rebuild, over: StoredRebuild | None
) -> StoredRebuild:
    """Writes over what was read; `ConflictError` where somebody was first."""
    rebuild = msgspec.structs.replace(rebuild, updated_at=datetime.now(UTC))
    if over is None:
        read = await writer.create(engine, Index.REBUILDS, rebuild.index, document(rebuild))
    else:
        read = await writer.replace(engine, over.read, document(rebuild))
    return StoredRebuild(rebuild, read)
