"""Keeps the model of a site's process running, so that a person's question finds it loaded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.engine.client import Engine
from app.meaning.service import QUESTION_SECONDS, warm
from app.tasks import end

_EVERY_SECONDS = 2.0
"""How long a model that has ended may stay unnoticed while nobody asks it."""


@asynccontextmanager
async def kept_warm(engine: Engine) -> AsyncIterator[None]:
    """The site starts, and ends, without waiting for it."""
    if not engine.encoder_dir:
        yield
        return
    task = asyncio.create_task(_keep(engine))
    try:
        yield
    finally:
        await end(task)


async def _keep(engine: Engine) -> None:
    while True:
        await warm(engine, QUESTION_SECONDS, polite=False)
        await asyncio.sleep(_EVERY_SECONDS)
