"""Reads an index in the order of its writes, from any of them on."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from app.engine.client import Engine, translated_errors

KEEP_ALIVE = "5m"
PAGE = 1_000
_PAIRS_PAGE = 10_000
"""The engine's largest page: only an id and a number come with each hit."""


class Page(msgspec.Struct, frozen=True):
    documents: list[tuple[str, dict[str, Any]]]
    """Ids and sources in the order of their sequence numbers."""
    last: int
    """Sequence number of the last one."""
    total: int
    """How many the whole reading has; told by the first page only, else 0."""


async def settled(engine: Engine, name: str) -> int:
    """The sequence number up to which every write is finished; -1 in an empty index.

    A refresh after this call shows them all. With several shards it is the lowest of theirs:
    some documents are then read once more than needed, none is missed.
    """
    async with translated_errors():
        answer = await engine.client.indices.stats(index=name, metric="docs", level="shards")
    shards = answer["indices"][name]["shards"].values()
    primaries = [copy for copies in shards for copy in copies if copy["routing"]["primary"]]
    return min(int(copy["seq_no"]["local_checkpoint"]) for copy in primaries)


async def refresh(engine: Engine, name: str) -> None:
    async with translated_errors():
        await engine.client.indices.refresh(index=name)


async def count(engine: Engine, name: str) -> int:
    """Documents a search sees."""
    async with translated_errors():
        return int((await engine.client.count(index=name))["count"])


async def written_after(engine: Engine, name: str, position: int) -> AsyncGenerator[Page, None]:
    """Documents whose last write has a higher sequence number than `position`.

    One point in time: what is written while reading is left for the next call.
    """
    body: dict[str, Any] = {
        "size": PAGE,
        "query": {"range": {"_seq_no": {"gt": position}}},
        "sort": [{"_seq_no": "asc"}],
        "track_total_hits": True,
    }
    async with _point_in_time(engine, name) as pit:
        while hits := await _search(engine, body, pit):
            found = [(hit["_id"], hit["_source"]) for hit in hits["hits"]]
            if not found:
                return
            body["search_after"] = hits["hits"][-1]["sort"]
            total = hits["total"]["value"] if body["track_total_hits"] else 0
            body["track_total_hits"] = False
            yield Page(found, int(body["search_after"][0]), total)


async def revisions(
    engine: Engine, name: str, up_to: int | None = None
) -> AsyncGenerator[tuple[str, int], None]:
    """Ids in their order, each with its `rev`; those last written at `up_to` or before."""
    bound: dict[str, Any] = {"match_all": {}}
    if up_to is not None:
        bound = {"range": {"_seq_no": {"lte": up_to}}}
    body: dict[str, Any] = {
        "size": _PAIRS_PAGE,
        "query": bound,
        "sort": [{"id": "asc"}],
        "docvalue_fields": ["rev"],
        "_source": False,
        "track_total_hits": False,
    }
    async with _point_in_time(engine, name) as pit:
        while found := (await _search(engine, body, pit))["hits"]:
            for hit in found:
                yield hit["_id"], int(hit["fields"]["rev"][0])
            body["search_after"] = found[-1]["sort"]


@asynccontextmanager
async def _point_in_time(engine: Engine, name: str) -> AsyncIterator[str]:
    async with translated_errors():
        answer = await engine.client.open_point_in_time(index=name, keep_alive=KEEP_ALIVE)
    try:
        yield answer["id"]
    finally:
        await engine.close_pit(answer["id"])


async def _search(engine: Engine, body: Mapping[str, Any], pit: str) -> dict[str, Any]:
    async with translated_errors():
        answer = await engine.client.search(
            body={**body, "pit": {"id": pit, "keep_alive": KEEP_ALIVE}}
        )
    return dict(answer["hits"])
