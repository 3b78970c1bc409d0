"""A real Chromium for the main paths, and the product's own processes behind it."""

import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urljoin

import anyio
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from app.accounts.roles import Role
from app.engine.client import Engine
from app.settings import Settings
from app.viewer import Viewer
from dev.browser import FLAGS, chromium
from tests.factories import make_user, open_session
from tests.installation import engine, installed, settings, shared_installation
from tests.oidc_provider import provider
from tests.ready import Child

__all__ = ["engine", "installed", "provider", "settings", "shared_installation"]

_START_SECONDS = 60
_CLOSE_SECONDS = 20
"""Chromium now and then never says that a context is closed; it goes with the browser then."""
_REFUSED = re.compile(
    r"(status of|Error Code) 4\d\d|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING"
    r"|^htmx:|^\[object"
)
"""What the console says where a server refuses, or does not answer at all."""
EVERYTHING = (Role.COORDINATOR, Role.ADMINISTRATOR)
"""Roles of the person whom `visit` signs in."""
BOSS = Viewer("boss", everything=True)
"""The same person, for what a test does behind the pages."""
_signed_in: dict[str, dict[str, str]] = {}
"""Address of a running product → the cookie of a session that is open there."""


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        await opened.close()


@asynccontextmanager
async def visit(
    browser: Browser,
    url: str,
    *,
    refused: bool = False,
    stranger: bool = False,
    cookies: Mapping[str, str] | None = None,
    **options: Any,
) -> AsyncIterator[Page]:
    """A page in a fresh context; anything the policy blocks or a script throws fails the test.

    Signed in to the `product`, unless `stranger`, or by the `cookies` of somebody else's session.
    `refused`: the test makes the server refuse something, and the browser's console says so.
    """
    context = await browser.new_context(**options)
    if cookies is not None:
        await _add_cookies(context, url, cookies)
    elif not stranger:
        await _sign_in(context, url)
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    await page.goto(url)
    yield page
    if refused:
        troubles = [line for line in troubles if not _REFUSED.search(line)]
    assert troubles == []
    with anyio.move_on_after(_CLOSE_SECONDS):
        await context.close()


async def settled(page: Page) -> None:
    """Htmx has put in what it asked for."""
    await expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)


async def _sign_in(context: BrowserContext, url: str) -> None:
    for address, cookies in _signed_in.items():
        if url.startswith(address):
            await _add_cookies(context, address, cookies)


async def _add_cookies(context: BrowserContext, url: str, cookies: Mapping[str, str]) -> None:
    site = urljoin(url, "/")  # a longer address would limit the cookie to its folder
    await context.add_cookies(
        [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _wait_alive(url: str, child: Child) -> None:
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
async def product(settings: Settings, engine: Engine) -> AsyncIterator[str]:
    """The site as in production, over empty indexes; its address. Nothing works behind it.

    There is one user, `boss`, in whose session `visit` opens pages.
    """
    boss = await make_user(engine, settings, "boss", *EVERYTHING, name="Еремеева Ольга Дмитриевна")
    port = free_port()
    with _running(("serve", "--port", str(port))) as (site,):
        url = f"http://127.0.0.1:{port}"
        _wait_alive(url, site)
        _signed_in[url] = await open_session(settings, boss)
        yield url
    _signed_in.clear()


@pytest.fixture
def workers(product: str) -> Iterator[None]:
    """`work` and `schedule` beside the site, for pages that wait for what they do.

    Starting them costs more than most tests: ask for them only there.
    """
    with _running(("work",), ("schedule",)):
        yield


@contextmanager
def _running(*commands: tuple[str, ...]) -> Iterator[list[Child]]:
    """`otklik …` of each command; asked to end, then killed."""
    children = [Child("cli.main", *arguments) for arguments in commands]
    try:
        yield children
    finally:
        for child in children:
            child.end(signal.SIGTERM)
        for child in children:
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.end()
                child.wait()
