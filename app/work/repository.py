"""Desks by login: read, and changed by compare-and-set."""

from collections.abc import Callable

import msgspec

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.work.models import Desk

_TRIES = 5


async def read_desk(engine: Engine, login: str) -> tuple[Desk, Stored | None]:
    """An empty desk for whoever has kept nothing yet."""
    stored = await engine.get(Index.DESKS, login)
    if stored is None:
        return Desk(login=login), None
    return msgspec.convert(stored.source["document"], Desk), stored


async def write_desk(engine: Engine, desk: Desk, read: Stored | None) -> None:
    """Raises `ConflictError` where another window of the person was first."""
    document = {"login": desk.login, "document": msgspec.to_builtins(desk)}
    if read is None:
        await writer.create(engine, Index.DESKS, desk.login, document)
    else:
        await writer.replace(engine, read, document)


async def change_desk(engine: Engine, login: str, change: Callable[[Desk], Desk]) -> Desk:
    """Applies `change` to the newest desk, again where another window wrote in between."""
    for _ in range(_TRIES):
        desk, read = await read_desk(engine, login)
        changed = change(desk)
        if changed == desk:
            return desk
        try:
            await write_desk(engine, changed, read)
        except ConflictError:
            continue
        return changed
    raise ConflictError("Ваши списки меняются в другом окне. Повторите.")
