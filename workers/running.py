"""How an actor reaches the services: an engine of its own for the time of one message."""

from collections.abc import Awaitable, Callable

import anyio

from app.engine.client import Engine
from app.settings import Settings, get_settings


def with_engine(call: Callable[[Engine, Settings], Awaitable[None]]) -> None:
    """Runs `call` in this worker thread's own event loop.

    An import computes for minutes; on the loop that dramatiq shares between asynchronous actors it
    would hold up all the others.
    """

    async def run() -> None:
        settings = get_settings()
        engine = Engine(settings)
        try:
            await call(engine, settings)
        finally:
            await engine.close()

    anyio.run(run)
