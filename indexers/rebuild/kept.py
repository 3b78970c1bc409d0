"""The indexes that earlier rebuilds left behind: kept until somebody says so."""

import msgspec

from app.engine.client import Engine, translated_errors
from app.engine.names import Index
from app.errors import RebuildError
from app.system.rebuilds import get_rebuild, put_rebuild
from indexers.aliases import live_index
from indexers.rebuild.lease import alive


async def kept(engine: Engine, index: Index) -> list[str]:
    """Names of indexes of this kind that no alias leads to, the oldest first."""
    async with translated_errors():
        answer = await engine.client.indices.get_alias(index=f"{engine.prefix}{index}-v*")
    live = (await live_index(engine, index)).name
    return sorted(name for name in answer.body if name != live)


async def drop_kept(engine: Engine, index: Index) -> list[str]:
    """Deletes them for good; refused while a rebuild is filling one."""
    stored = await get_rebuild(engine, index)
    if stored and alive(stored.rebuild):
        raise RebuildError("Сейчас идёт перестройка. Удалите прежний индекс, когда она закончится.")
    names = await kept(engine, index)
    for name in names:
        async with translated_errors():
            await engine.client.indices.delete(index=name)
    if stored and stored.rebuild.source in names:
        await put_rebuild(
            engine, msgspec.structs.replace(stored.rebuild, source_dropped=True), stored
        )
    return names
