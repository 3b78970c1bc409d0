"""Reads cases by id in bulk, with what a compare-and-set needs."""

from collections.abc import Collection

from app.engine.client import Engine, Stored
from app.engine.names import Index


async def fetch(
    engine: Engine, ids: Collection[str], fields: Collection[str] = ()
) -> dict[str, Stored]:
    """Documents that exist, by id; reads by id are current also before a refresh."""
    return await engine.get_many(Index.CASES, ids, fields)
