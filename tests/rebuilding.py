"""What the tests of the rebuild share: cases in the engine, a writer that never stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from elasticsearch import AsyncElasticsearch
from msgspec import Struct, field

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError
from indexers import bulk
from tests.integration.search_corpus import case


async def fill(engine: Engine, count: int, start: int = 0) -> None:
    numbers = range(start, start + count)
    actions = [
        bulk.BulkAction("create", one.id, msgspec.json.encode(one))
        for one in (case(number, f"Нет горячей воды в доме {number}") for number in numbers)
    ]
    outcome = await bulk.write(engine, Index.CASES, actions)
    assert len(outcome.written) == count
    await engine.refresh(Index.CASES)


async def live_name(engine: Engine) -> str:
    answer = await engine.client.indices.get_alias(name=engine.write_alias(Index.CASES))
    (name,) = answer.body
    return str(name)


async def documents(client: AsyncElasticsearch, name: str) -> dict[str, dict[str, Any]]:
    """All of an index, by id."""
    await client.indices.refresh(index=name)
    answer = await client.search(index=name, size=10_000, query={"match_all": {}})
    assert answer["hits"]["total"]["value"] < 10_000
    return {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}


class Written(Struct):
    """Case id → the last revision that was acknowledged."""

    revisions: dict[str, int] = field(default_factory=dict)
    created: int = 0
    searches: int = 0
    longest: float = 0.0
    over: bool = False
    """Asked to stop: a write that was cut short would be neither acknowledged nor absent."""


async def write_once(engine: Engine, written: Written, key: str) -> None:
    """Changes a case as the product does: read, decide, compare-and-set."""
    started = asyncio.get_running_loop().time()
    stored = await engine.get(Index.CASES, key)
    assert stored is not None
    revision = stored.source["rev"] + 1
    changed = {**stored.source, "rev": revision, "result": f"writer {revision}"}
    try:
        await writer.replace(engine, stored, changed)
    except ConflictError:
        return
    written.revisions[key] = revision
    written.longest = max(written.longest, asyncio.get_running_loop().time() - started)


async def _write(engine: Engine, written: Written, keys: list[str]) -> None:
    turn = 0
    while not written.over:
        await write_once(engine, written, keys[turn % len(keys)])
        if turn % 5 == 0:
            one = case(500_000 + turn, f"Новое сообщение {turn}")
            await writer.create(engine, Index.CASES, one.id, msgspec.to_builtins(one))
            written.revisions[one.id] = 1
            written.created += 1
        turn += 1


async def _search(engine: Engine, written: Written, least: int) -> None:
    """A search that finds less than was there, or fails, ends the test."""
    body = {"size": 0, "query": {"match": {"lemmas": "вода"}}, "track_total_hits": True}
    while not written.over:
        answer = await engine.search(Index.CASES, body)
        assert answer["hits"]["total"]["value"] >= least
        written.searches += 1
        await asyncio.sleep(0.01)


@asynccontextmanager
async def life(engine: Engine, keys: list[str], least: int) -> AsyncIterator[Written]:
    """Two writers and a reader at work for the time of the block."""
    written = Written()
    half = len(keys) // 2
    tasks = [
        asyncio.create_task(_write(engine, written, keys[:half])),
        asyncio.create_task(_write_only(engine, written, keys[half:])),
        asyncio.create_task(_search(engine, written, least)),
    ]
    try:
        yield written
        await asyncio.sleep(0.2)  # the first writes after the switch belong to it
    finally:
        written.over = True
        await asyncio.gather(*tasks)


async def _write_only(engine: Engine, written: Written, keys: list[str]) -> None:
    while not written.over:
        for key in keys:
            await write_once(engine, written, key)
