"""Notices by id: read, and changed by compare-and-set beside workers who write their letters."""

from collections.abc import Callable

import msgspec

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError
from app.notices.models import Notice

_TRIES = 8


async def get(engine: Engine, notice_id: str) -> Notice | None:
    stored = await engine.get(Index.NOTICES, notice_id)
    return msgspec.convert(stored.source, Notice) if stored else None


async def change(
    engine: Engine, notice_id: str, decide: Callable[[Notice], Notice], *, refresh: bool = False
) -> Notice | None:
    """The newest notice as `decide` makes it, written where that differs; None if absent.

    Raises `ConflictError` where others write it all the time.
    """
    for _ in range(_TRIES):
        stored = await engine.get(Index.NOTICES, notice_id)
        if stored is None:
            return None
        before = msgspec.convert(stored.source, Notice)
        after = decide(before)
        if after == before:
            return before
        after = msgspec.structs.replace(after, rev=before.rev + 1)
        try:
            await writer.replace(engine, stored, msgspec.to_builtins(after), refresh=refresh)
        except ConflictError:
            continue
        return after
    raise ConflictError("Уведомление как раз меняют. Повторите через несколько секунд.")
