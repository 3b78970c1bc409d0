"""The application behind a socket of its own, with real sessions, as `otklik serve` runs it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from litestar import Litestar

from app.settings import Settings
from cli.serve import Server
from tests.factories import site


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[str, Litestar]]:
    """The address and the application."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    app = site(settings.model_copy(update={"port": port, "base_url": url}), None)
    server = Server(uvicorn.Config(app, log_config=None, log_level="warning"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    try:
        yield url, app
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 20)
