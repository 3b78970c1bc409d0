"""Five thousand questions nobody should ask, over HTTP: how many fail, and how long they take."""

import asyncio

import httpx

from app.settings import Settings
from dev.bench.hostile_questions import hostile_questions
from dev.bench.pages import Visit, asked_of, served

QUESTIONS, SEED = 5_000, 20_261_122
AT_ONCE = 2
"""As many as the machine has cores: what is measured is a question and not a queue."""
_PATHS = ("/search", "/api/v1/search")


async def ask_hostile(settings: Settings) -> list[tuple[Visit, str]]:
    """Every question once, to the page and to the API in turns; with what was asked."""
    # Half of a character cannot be put into an address by any client.
    sendable = (
        text.encode("utf-8", "replace").decode() for text in hostile_questions(QUESTIONS, SEED)
    )
    questions = enumerate(sendable)
    answered: list[tuple[Visit, str]] = []

    async def ask_on(client: httpx.AsyncClient) -> None:
        for place, text in questions:
            visit = await asked_of(client, _PATHS[place % 2], text)
            answered.append((visit, text))

    async with served(settings) as client:
        await asyncio.gather(*(ask_on(client) for _ in range(AT_ONCE)))
    return answered
