"""Reads cases by id in bulk, with what a compare-and-set needs."""

from collections.abc import Collection

from app.engine.client import Engine, Stored, translated_errors
from app.engine.names import Index


async def fetch(
    engine: Engine, ids: Collection[str], fields: Collection[str] = ()
) -> dict[str, Stored]:
    """Documents that exist, by id; only `fields` of them where any are named.

    Reads by id are current also before a refresh.
    """
    if not ids:
        return {}
    async with translated_errors():
        answer = await engine.client.mget(
            index=engine.write_alias(Index.CASES),
            ids=list(ids),
            source_includes=list(fields) or None,
        )
    return {
        found["_id"]: Stored(
            Index.CASES,
            found["_id"],
            found["_source"],
            found["_seq_no"],
            found["_primary_term"],
            found["_index"],
        )
        for found in answer["docs"]
        if found.get("found")
    }
