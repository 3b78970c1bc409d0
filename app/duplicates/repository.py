"""Pairs by id: made once, changed by compare-and-set."""

from collections.abc import Callable, Collection
from typing import Any

import msgspec
from msgspec.structs import replace

from app.duplicates.models import Pair
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError

_TRIES = 8

Decide = Callable[[Pair], Pair]
"""The newest pair → as it shall be; called again where a write lost a race."""


async def get(engine: Engine, pair_id: str) -> Pair | None:
    stored = await engine.get(Index.PAIRS, pair_id)
    return msgspec.convert(stored.source, Pair) if stored else None


async def get_many(engine: Engine, ids: Collection[str]) -> dict[str, Pair]:
    found = await engine.get_many(Index.PAIRS, ids)
    return {one: msgspec.convert(stored.source, Pair) for one, stored in found.items()}


async def create(engine: Engine, pair: Pair) -> bool:
    """False where it is there already: then it stays as it is."""
    try:
        await writer.create(engine, Index.PAIRS, pair.id, msgspec.to_builtins(pair))
    except ConflictError:
        return False
    return True


async def change(
    engine: Engine, pair_id: str, decide: Decide, *, refresh: bool = False
) -> Pair | None:
    """None if absent. Raises `ConflictError` where others write it all the time."""
    for _ in range(_TRIES):
        stored = await engine.get(Index.PAIRS, pair_id)
        if stored is None:
            return None
        before = msgspec.convert(stored.source, Pair)
        after = decide(before)
        if after == before:
            return before
        after = replace(after, rev=before.rev + 1)
        try:
            await writer.replace(engine, stored, msgspec.to_builtins(after), refresh=refresh)
        except ConflictError:
            continue
        return after
    raise ConflictError("Ответ по этой паре как раз меняют. Повторите через несколько секунд.")


async def search(engine: Engine, body: dict[str, Any]) -> list[Pair]:
    hits = (await engine.search(Index.PAIRS, body))["hits"]["hits"]
    return [msgspec.convert(hit["_source"], Pair) for hit in hits]
