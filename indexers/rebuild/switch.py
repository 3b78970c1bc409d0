"""The switch: writes wait, the last of them are copied, both aliases move in one call."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from elasticsearch import NotFoundError

from app.engine import seal
from app.engine.client import Engine, translated_errors
from app.engine.names import Index
from app.errors import RebuildError


async def switch(
    engine: Engine, index: Index, source: str, target: str, last: Callable[[], Awaitable[None]]
) -> None:
    """`last` brings the target level with the source, which takes no write meanwhile.

    Whatever fails, the source takes writes again. The source stays closed after a switch: it is
    the past, and a write that was decided on it must not land there.
    """
    mark = await seal.close(engine, index, source)
    try:
        await last()
        await _move(engine, index, source, target, mark)
    except BaseException:
        await seal.lift(engine, source, mark)
        raise


async def _move(engine: Engine, index: Index, source: str, target: str, mark: str) -> None:
    read, write = engine.read_alias(index), engine.write_alias(index)
    moves: list[Mapping[str, Any]] = [
        {"remove": {"index": source, "alias": mark, "must_exist": True}},
        {"remove": {"index": source, "alias": read}},
        {"remove": {"index": source, "alias": write}},
        {"add": {"index": target, "alias": read}},
        {"add": {"index": target, "alias": write, "is_write_index": True}},
    ]
    async with translated_errors():
        try:
            await engine.client.indices.update_aliases(actions=moves)
        except NotFoundError as error:
            raise RebuildError(
                "Переключение заняло слишком много времени и отменено. Повторите команду."
            ) from error


async def reopen(engine: Engine, index: Index) -> None:
    """Opens the live index where an earlier rebuild died in its switch."""
    name, mark, _ = await seal.state(engine, index)
    if mark:
        await seal.lift(engine, name, mark)


async def freeze(engine: Engine, source: str) -> None:
    """Closes the old index for good; repeated, since a seal may have been lifted at the end."""
    async with translated_errors():
        await engine.client.indices.add_block(index=source, block="write")
