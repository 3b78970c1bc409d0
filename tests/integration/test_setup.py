"""`otklik setup` on the real engine: creates, repeats, applies lists, never touches documents."""

import asyncio

import pytest
from elasticsearch import AsyncElasticsearch

from app.engine import writer
from app.engine.client import Engine
from app.engine.counters import take_block
from app.engine.mappings import load_definition
from app.engine.months import months
from app.engine.names import MONTHLY, Index
from app.errors import ConflictError, EngineSetupError
from app.settings import Settings
from indexers.aliases import IndexState, live_index
from indexers.setup import run
from tests.installation import drop_indexes


@pytest.fixture
def nothing(settings: Settings) -> Settings:
    """An installation before its first set-up."""
    drop_indexes(settings)
    return settings


async def test_the_first_time_all_is_made_and_then_nothing_changes(nothing: Settings) -> None:
    engine = Engine(nothing)
    try:
        with pytest.raises(EngineSetupError):
            await engine.count(Index.CASES, {"match_all": {}})
        first = await run(engine, nothing)
        assert {line.found for line in first} == {IndexState.MISSING}
        names = [(await live_index(engine, index)).name for index in Index]
        second = await run(engine, nothing)
        assert {line.found for line in second} == {IndexState.CURRENT}
        assert [(await live_index(engine, index)).name for index in Index] == names
        await engine.refresh(Index.REFERENCE)
        assert await engine.count(Index.REFERENCE, {"term": {"book": "im_group"}}) == 26
    finally:
        await engine.close()


async def test_two_at_once_make_one_index_each(nothing: Settings) -> None:
    engine = Engine(nothing)
    try:
        await asyncio.gather(*(run(engine, nothing) for _ in range(3)))
        for index in set(Index) - MONTHLY:
            answer = await engine.client.indices.get_alias(name=engine.write_alias(index))
            assert len(answer.body) == 1, index
        assert [len(await months(engine, index)) for index in MONTHLY] == [1]
        await writer.create(engine, Index.COUNTERS, "probe", {"value": 1})
    finally:
        await engine.close()


async def test_changed_word_lists_are_applied_to_a_live_index(
    engine: Engine, settings: Settings, raw_engine: AsyncElasticsearch
) -> None:
    live = await live_index(engine, Index.CASES)
    assert live.name is not None
    meta = {**load_definition(Index.CASES).mappings["_meta"], "lists": "of another day"}
    await raw_engine.indices.put_mapping(index=live.name, meta=meta)
    lines = {line.index: line.found for line in await run(engine, settings)}
    assert lines.pop(Index.CASES) is IndexState.OLD_LISTS
    assert set(lines.values()) == {IndexState.CURRENT}
    assert (await live_index(engine, Index.CASES)).lists == load_definition(Index.CASES).lists_hash
    assert await engine.count(Index.CASES, {"match": {"text.stem": "гвс"}}) == 0


async def test_an_index_of_another_version_is_named_and_left_alone(
    engine: Engine, settings: Settings, raw_engine: AsyncElasticsearch
) -> None:
    live = await live_index(engine, Index.CASES)
    assert live.name is not None
    meta = {**load_definition(Index.CASES).mappings["_meta"], "version": 0}
    await raw_engine.indices.put_mapping(index=live.name, meta=meta)
    found = {line.index: line for line in await run(engine, settings)}[Index.CASES]
    assert found.found is IndexState.OLD_VERSION
    assert "перестройка" in found.done
    assert (await live_index(engine, Index.CASES)).version == 0


async def test_a_document_is_written_over_only_as_it_was_read(engine: Engine) -> None:
    first = await writer.create(engine, Index.COUNTERS, "n", {"value": 1})
    with pytest.raises(ConflictError):
        await writer.create(engine, Index.COUNTERS, "n", {"value": 1})
    await writer.replace(engine, first, {"value": 2})
    with pytest.raises(ConflictError):
        await writer.replace(engine, first, {"value": 3})
    now = await engine.get(Index.COUNTERS, "n")
    assert now is not None
    assert now.source == {"value": 2}


async def test_numbers_are_never_given_twice(engine: Engine) -> None:
    blocks = await asyncio.gather(*(take_block(engine, "c", size) for size in (1, 5, 7, 3, 9, 2)))
    numbers = [number for block in blocks for number in block]
    assert sorted(numbers) == list(range(1, 28))
