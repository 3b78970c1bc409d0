"""A real Chromium for the main paths, and the product's own processes behind it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from app.engine.client import Engine
from app.settings import ROOT, Settings
from dev.browser import FLAGS, chromium

_START_SECONDS = 60


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        await opened.close()


@asynccontextmanager
async def visit(
    browser: Browser, url: str, *, refused: bool = False, **options: Any
) -> AsyncIterator[Page]:
    """A page in a fresh context; anything the policy blocks or a script throws fails the test.

    `refused`: the test makes the server refuse something, and the browser's console says so.
    """
    context = await browser.new_context(**options)
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    await page.goto(url)
    yield page
    if refused:
        troubles = [line for line in troubles if "400" not in line]
    assert troubles == []
    await context.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _wait_alive(url: str, child: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        assert child.poll() is None, "the web process ended"
        try:
            with urllib.request.urlopen(f"{url}/health/live", timeout=2):  # noqa: S310 - our own
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    pytest.fail("the web process did not answer")


@pytest.fixture
def product(settings: Settings, engine: Engine) -> Iterator[str]:
    """`serve`, `work` and `schedule` as in production, over empty indexes; the site's address."""
    port = _free_port()
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "cli.main", *arguments], cwd=ROOT, start_new_session=True
        )
        for arguments in (("serve", "--port", str(port)), ("work",), ("schedule",))
    ]
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_alive(url, children[0])
        yield url
    finally:
        for child in children:
            os.killpg(child.pid, signal.SIGTERM)
        for child in children:
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
