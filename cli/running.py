"""How a command reaches the services: one engine for the time of the call."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from app.engine.client import Engine
from app.settings import Settings, get_settings

T = TypeVar("T")


def with_engine(call: Callable[[Engine, Settings], Awaitable[T]]) -> T:
    """Runs `call` with an open engine and closes it whatever happens."""

    async def run() -> T:
        settings = get_settings()
        engine = Engine(settings)
        try:
            return await call(engine, settings)
        finally:
            await engine.close()

    return anyio.run(run)
