"""People at the page «Поиск»: the whole application behind a real socket."""

import asyncio
import socket
import time

import httpx
import uvicorn

from app.main import create_app
from app.settings import Settings

_PAUSE_SECONDS = 1.0
_PATIENCE_SECONDS = 30.0
_READY_SECONDS = 0.05

Visit = tuple[int, float]
"""Status and seconds of one page."""


async def visit(settings: Settings, asked: list[str], users: int, seconds: float) -> list[Visit]:
    """Each of `users` opens pages for `seconds`, with a second's pause after each.

    Server and people share one process and one event loop, so the times include waiting for
    each other: worse than the truth, never better.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    url = f"http://{host}:{port}"
    app = create_app(settings.model_copy(update={"port": port, "base_url": url}))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(_READY_SECONDS)
    people = [
        _person(url, asked[number::users], seconds, number / users) for number in range(users)
    ]
    visits = await asyncio.gather(*people)
    server.should_exit = True
    await serving
    return [one for person in visits for one in person]


async def _person(url: str, asked: list[str], seconds: float, late: float) -> list[Visit]:
    visits: list[Visit] = []
    await asyncio.sleep(late * _PAUSE_SECONDS)
    ends = time.perf_counter() + seconds
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE_SECONDS) as client:
        for question in asked:
            if time.perf_counter() > ends:
                break
            started = time.perf_counter()
            answer = await client.get("/search", params={"q": question})
            visits.append((answer.status_code, time.perf_counter() - started))
            await asyncio.sleep(_PAUSE_SECONDS)
    return visits
