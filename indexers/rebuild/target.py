"""The new index: made for fast filling, then given what a live one needs, then tried."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.engine.client import Engine, translated_errors
from app.engine.mappings import IndexDefinition
from app.engine.names import new_index_name
from app.errors import RebuildError
from indexers.rebuild.stream import count, refresh

_SAMPLES = 5
_WAIT = "30s"


async def free_name(engine: Engine, wanted: IndexDefinition) -> str:
    """Names tell seconds, and an index may have been made in this one."""
    moment = datetime.now(UTC)
    while True:
        name = new_index_name(engine.prefix, wanted.index, wanted.version, moment)
        async with translated_errors():
            if not await engine.client.indices.exists(index=name):
                return name
        moment += timedelta(seconds=1)


async def make(engine: Engine, name: str, wanted: IndexDefinition) -> None:
    """Without copies and without refresh: both would be paid for each chunk."""
    index = {**wanted.settings["index"], "number_of_replicas": 0, "refresh_interval": "-1"}
    async with translated_errors():
        await engine.client.indices.create(
            index=name, settings={**wanted.settings, "index": index}, mappings=wanted.mappings
        )


async def usable(engine: Engine, name: str, wanted: IndexDefinition) -> bool:
    """Whether an interrupted rebuild may go on with it: it is there and is what is wanted now."""
    async with translated_errors():
        if not await engine.client.indices.exists(index=name):
            return False
        answer = await engine.client.indices.get_mapping(index=name)
    meta = answer[name]["mappings"].get("_meta", {})
    return bool(meta == wanted.mappings["_meta"])


async def bring_into_service(engine: Engine, name: str, wanted: IndexDefinition) -> None:
    """Copies and refresh as the mapping has them; waits for the first copy of the data only."""
    index = wanted.settings["index"]
    back = {name: index[name] for name in ("number_of_replicas", "refresh_interval")}
    async with translated_errors():
        await engine.client.indices.put_settings(index=name, settings={"index": back})
        await engine.client.cluster.health(index=name, wait_for_status="yellow", timeout=_WAIT)
    await refresh(engine, name)


async def smoke(engine: Engine, source: str, name: str) -> None:
    """Samples of the old index must be found in the new one by their words.

    `RebuildError` otherwise: nothing has been switched yet.
    """
    body = {"size": _SAMPLES, "query": {"exists": {"field": "lemmas"}}, "_source": False}
    async with translated_errors():
        samples = await engine.client.search(index=source, body=body)
        answers = [
            await engine.client.search(index=name, body=await _by_words(engine, name, hit["_id"]))
            for hit in samples["hits"]["hits"]
        ]
    if not all(answer["hits"]["total"]["value"] for answer in answers):
        raise RebuildError("Пробный поиск в новом индексе ничего не нашёл. Прежний остался.")


async def _by_words(engine: Engine, name: str, key: str) -> dict[str, Any]:
    """The query people's searches stand on, for one document's own words, with a facet."""
    found = await engine.client.get(index=name, id=key, source_includes=["lemmas", "text"])
    words = [
        {"match": {"lemmas": found["_source"].get("lemmas", "")}},
        {"match": {"text.stem": found["_source"]["text"]}},
        {"match": {"text.c4": found["_source"]["text"]}},
    ]
    return {
        "size": 1,
        "query": {
            "bool": {
                "filter": [{"ids": {"values": [key]}}],
                "should": words,
                "minimum_should_match": 1,
            }
        },
        "aggs": {"state": {"terms": {"field": "state"}}},
    }


async def same_count(engine: Engine, source: str, name: str) -> None:
    """Asked while nobody writes: then both must hold equally many."""
    await refresh(engine, source)
    await refresh(engine, name)
    old, new = await count(engine, source), await count(engine, name)
    if old != new:
        raise RebuildError(f"В прежнем индексе документов {old}, в новом {new}. Прежний остался.")
