"""Findings by id: changed by compare-and-set."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError
from app.friction.models import Finding

_TRIES = 8

Decide = Callable[[Finding], Finding]
"""The newest finding → as it shall be; called again where a write lost a race."""


async def get(engine: Engine, finding_id: str) -> Finding | None:
    """None also for a document of the index that is no finding."""
    stored = await engine.get(Index.FRICTION, finding_id)
    if stored is None or "kind" not in stored.source:
        return None
    return msgspec.convert(stored.source, Finding)


async def change(engine: Engine, finding_id: str, decide: Decide, *, refresh: bool = False) -> None:
    """Nothing where it is absent. Raises `ConflictError` where others write it all the time."""
    for _ in range(_TRIES):
        stored = await engine.get(Index.FRICTION, finding_id)
        if stored is None:
            return
        before = msgspec.convert(stored.source, Finding)
        after = decide(before)
        if after == before:
            return
        written = msgspec.to_builtins(replace(after, rev=before.rev + 1))
        try:
            await writer.replace(engine, stored, written, refresh=refresh)
        except ConflictError:
            continue
        return
    raise ConflictError("Ответ как раз меняют. Повторите через несколько секунд.")


async def search(engine: Engine, body: Mapping[str, Any]) -> tuple[list[Finding], list[Any] | None]:
    """Findings, and the place of the last one."""
    hits = (await engine.search(Index.FRICTION, body))["hits"]["hits"]
    found = [msgspec.convert(hit["_source"], Finding) for hit in hits]
    return found, hits[-1]["sort"] if hits else None
