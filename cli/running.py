"""How a command reaches the services: one engine for the time of the call.

What a command prints on standard output is for scripts; the journal goes to standard error and
holds warnings only.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from app.audit.security import security_told
from app.audit.waiting import Journal
from app.engine.client import Engine
from app.logging import configure_logging
from app.settings import Settings, get_settings

T = TypeVar("T")


def with_engine(call: Callable[[Engine, Settings], Awaitable[T]]) -> T:
    """Runs `call` with an open engine and closes it whatever happens."""

    async def run() -> T:
        settings = get_settings()
        configure_logging(settings.model_copy(update={"log_level": "WARNING", "log_json": False}))
        engine = Engine(settings)
        try:
            async with security_told(engine, Journal(engine, None)):
                return await call(engine, settings)
        finally:
            await engine.close()

    return anyio.run(run)
