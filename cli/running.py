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
from app.meaning.service import warm
from app.settings import Settings, get_settings

T = TypeVar("T")


def with_engine(call: Callable[[Engine, Settings], Awaitable[T]], *, by_meaning: bool = False) -> T:
    """Runs `call` with an open engine and closes it whatever happens.

    `by_meaning`: first waits until the model is loaded. A page asks one that has long been running
    and gives up after a moment; a command would always be too early.
    """

    async def run() -> T:
        settings = get_settings()
        configure_logging(settings.model_copy(update={"log_level": "WARNING", "log_json": False}))
        engine = Engine(settings)
        try:
            async with security_told(engine, Journal(engine, None)):
                if by_meaning:
                    await warm(engine, polite=False)
                return await call(engine, settings)
        finally:
            await engine.close()

    return anyio.run(run)
