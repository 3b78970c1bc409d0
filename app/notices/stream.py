"""How many notices are unread, said to a page whenever it changes (server-sent events).

A stream asks the engine when its bell is rung, and once in a while in case a ring was lost; in
between it only shows that it is alive. It ends with the session.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import structlog

from app.engine.client import Engine
from app.errors import EngineSetupError, EngineUnavailableError, SessionsUnavailableError
from app.notices.bells import Bells
from app.notices.service import count_unread
from app.web.filters import counted, number

log = structlog.get_logger()

HEARTBEAT = 20.0
"""Seconds; proxies close what is silent for a minute."""
_BEATS_BETWEEN_LOOKS = 6
_PAUSE = 1.0
"""After a ring: a hundred notices at once are one look."""
_RETRY_MS = 5_000
_ALIVE = b": \n\n"
_OVER = b"event: over\ndata:\n\n"
"""The page does not come back by itself: the session has ended, or newer pages took its place."""


async def told(
    bells: Bells, engine: Engine, login: str, is_open: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    """`is_open` says whether the session still stands."""
    yield f"retry: {_RETRY_MS}\n\n".encode()
    with bells.opened(login) as bell:
        before, beats = b"", 0
        while not bell.over:
            if not await _stands(is_open):
                yield _OVER
                return
            if beats % _BEATS_BETWEEN_LOOKS == 0:
                now = await _count(engine, login) or before
                yield now if now != before else _ALIVE
                before = now
            else:
                yield _ALIVE
            beats += 1
            if await bell.wait(HEARTBEAT) and not bell.over:
                await asyncio.sleep(_PAUSE)
                beats = 0
        if bell.crowded:
            yield _OVER


async def _stands(is_open: Callable[[], Awaitable[bool]]) -> bool:
    """While nobody can say so, the stream goes on: it tells nothing but a number."""
    try:
        return await is_open()
    except (SessionsUnavailableError, EngineUnavailableError, EngineSetupError):
        return True


async def _count(engine: Engine, login: str) -> bytes:
    """An event, or nothing while the engine is away."""
    try:
        unread = await count_unread(engine, login)
    except (EngineUnavailableError, EngineSetupError) as error:
        log.info("notices_not_counted", error=type(error).__name__)
        return b""
    words = counted(unread, "непрочитанное", "непрочитанных", "непрочитанных")
    data = {"unread": unread, "shown": number(unread), "words": words}
    return b"event: unread\ndata: " + msgspec.json.encode(data) + b"\n\n"
