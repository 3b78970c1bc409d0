"""Creates indexes behind their aliases and says in what state they are."""

from enum import StrEnum

from elasticsearch import ApiError, NotFoundError
from msgspec import Struct

from app.engine.client import Engine, translated_errors
from app.engine.mappings import IndexDefinition
from app.engine.names import Index, new_index_name


class IndexState(StrEnum):
    MISSING = "missing"
    CURRENT = "current"
    OLD_VERSION = "old_version"
    """The live index was made by an older mapping: a rebuild is due."""
    OLD_LISTS = "old_lists"
    """Only the synonym or stop lists differ: applied in place."""


class LiveIndex(Struct, frozen=True):
    index: Index
    name: str | None
    version: int | None
    lists: str | None


async def live_index(engine: Engine, index: Index) -> LiveIndex:
    """What stands behind the read alias; `name` is None where there is nothing."""
    async with translated_errors():
        try:
            answer = await engine.client.indices.get_mapping(index=engine.read_alias(index))
        except NotFoundError:
            return LiveIndex(index, None, None, None)
    name, body = next(iter(answer.body.items()))
    meta = body["mappings"].get("_meta", {})
    return LiveIndex(index, name, meta.get("version"), meta.get("lists", ""))


def compare(live: LiveIndex, wanted: IndexDefinition) -> IndexState:
    if live.name is None:
        return IndexState.MISSING
    if live.version != wanted.version:
        return IndexState.OLD_VERSION
    if live.lists != wanted.lists_hash:
        return IndexState.OLD_LISTS
    return IndexState.CURRENT


async def create_index(engine: Engine, prefix: str, wanted: IndexDefinition) -> str:
    """Creates the index with both aliases in one call and returns its name.

    The engine lets a write alias have one write index, so of two set-ups at once one is refused:
    it takes what the other made.
    """
    name = new_index_name(prefix, wanted.index, wanted.version)
    async with translated_errors():
        try:
            await engine.client.indices.create(
                index=name,
                settings=wanted.settings,
                mappings=wanted.mappings,
                aliases={
                    engine.read_alias(wanted.index): {},
                    engine.write_alias(wanted.index): {"is_write_index": True},
                },
            )
        except ApiError:  # refused as 400, and as 500 where both came in one batch of the master
            live = await live_index(engine, wanted.index)
            if live.name is None:
                raise
            return live.name
    return name


async def apply_lists(engine: Engine, name: str, wanted: IndexDefinition) -> None:
    """Puts new synonym and stop lists into a live index.

    Analysis settings change only on a closed index, so searches fail for the second this takes.
    The stop list also works at indexing: words it drops anew leave old documents only by a rebuild.
    """
    async with translated_errors():
        answer = await engine.client.indices.get_mapping(index=name)
        meta = answer[name]["mappings"]["_meta"] | wanted.mappings["_meta"]
        await engine.client.indices.close(index=name)
        try:
            await engine.client.indices.put_settings(
                index=name, settings={"analysis": wanted.settings["analysis"]}
            )
        finally:
            await engine.client.indices.open(index=name)
        await engine.client.indices.put_mapping(index=name, meta=meta)
        await engine.client.cluster.health(index=name, wait_for_status="yellow")
