"""People at the page «Поиск»: the whole application behind a real socket."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn

from app.main import create_app
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from app.web.access import WhoAsks

PAUSE_SECONDS = 1.0
_PATIENCE_SECONDS = 30.0
_READY_SECONDS = 0.05

Visit = tuple[int, float]
"""Status and seconds of one page."""


@asynccontextmanager
async def served(
    settings: Settings, who_asks: WhoAsks | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """The site on a port of its own, and a client of it; without `who_asks` one who may anything.

    Server and people share one process and one event loop, so the times include waiting for each
    other: worse than the truth, never better.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    url = f"http://{host}:{port}"
    own = settings.model_copy(update={"port": port, "base_url": url})
    app = create_app(own, signed_in_as=LOCAL_VIEWER)
    if who_asks:
        app.state.who_asks = who_asks
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, log_config=None)
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(_READY_SECONDS)
    try:
        async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE_SECONDS) as client:
            yield client
    finally:
        server.should_exit = True
        await serving


async def asked_of(client: httpx.AsyncClient, path: str, question: str) -> Visit:
    started = time.perf_counter()
    answer = await client.get(path, params={"q": question})
    return answer.status_code, time.perf_counter() - started


async def visit(settings: Settings, asked: list[str], users: int, seconds: float) -> list[Visit]:
    """Each of `users` opens pages for `seconds`, with a second's pause after each."""
    async with served(settings) as client:
        people = [
            _person(client, asked[number::users], seconds, number / users)
            for number in range(users)
        ]
        visits = await asyncio.gather(*people)
    return [one for person in visits for one in person]


async def _person(
    client: httpx.AsyncClient, asked: list[str], seconds: float, late: float
) -> list[Visit]:
    visits: list[Visit] = []
    await asyncio.sleep(late * PAUSE_SECONDS)
    ends = time.perf_counter() + seconds
    for question in asked:
        if time.perf_counter() > ends:
            break
        visits.append(await asked_of(client, "/search", question))
        await asyncio.sleep(PAUSE_SECONDS)
    return visits
