"""What a person has typed outlives whatever happens to the session, the server and the page."""

import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import anyio
import pytest
from playwright.async_api import Browser, Page, expect

from app.accounts.models import User
from app.accounts.roles import Role
from app.cases.codes import State
from app.cases.models import Workflow
from app.engine.client import Engine
from app.settings import Settings
from tests.casework import case, stored
from tests.casework import store as put
from tests.e2e.conftest import free_port, visit
from tests.factories import PASSWORD, make_user, open_session, sessions_of
from tests.faults.test_worker_killed import process

TYPED = "Здравствуйте! Яму засыпали щебнем, асфальт положат до конца недели."
PATIENCE = 20_000


@dataclass
class Site:
    """The web process alone, which may die and come back at the same address."""

    port: int
    alive: ExitStack
    running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.running = self.alive.enter_context(process("serve", "--port", str(self.port)))
        for _ in range(100):
            with suppress(urllib.error.URLError, TimeoutError):
                await anyio.to_thread.run_sync(self._ask)
                return
            await anyio.sleep(0.2)
        pytest.fail("the site does not answer")

    def _ask(self) -> None:
        urllib.request.urlopen(f"{self.url}/health/live", timeout=2).close()  # noqa: S310 - our own

    def kill(self) -> None:
        if self.running:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None


@pytest.fixture
async def person(engine: Engine, settings: Settings) -> User:
    """Who holds case 1, which waits for an answer."""
    work = Workflow(department="Дороги", assignee="ivanova")
    await put(engine, case(1, state=State.IN_PROGRESS, workflow=work, work={}))
    name = "Иванова Мария Петровна"
    return await make_user(engine, settings, "ivanova", Role.COORDINATOR, name=name)


@pytest.fixture
async def site(person: User) -> AsyncIterator[Site]:
    with ExitStack() as alive:
        opened = Site(free_port(), alive)
        await opened.start()
        yield opened


async def typed(page: Page) -> None:
    await page.get_by_label("Ответ автору").fill(TYPED)


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Сохранить черновик").click()


async def saved(page: Page) -> None:
    await expect(page.locator("#case .case-toast")).to_contain_text("черновик")


async def drafts(engine: Engine) -> list[str]:
    return [one["text"] for one in (await stored(engine, "case-1")).get("answers", [])]


async def test_the_session_has_ended(
    browser: Browser, site: Site, person: User, engine: Engine, settings: Settings
) -> None:
    """Ended from another device, or over after twelve hours: the same page asks who is there."""
    cookies = await open_session(settings, person)
    url = f"{site.url}/cases/26-000001"
    async with visit(browser, url, cookies=cookies, refused=True) as page:
        await typed(page)
        async with sessions_of(settings) as sessions:
            await sessions.end_all("ivanova")
        await save(page)
        await expect(page.locator("#lock")).to_be_visible()
        await page.fill("#unlock-password", PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator("#lock")).not_to_be_visible(timeout=PATIENCE)
        await saved(page)
    assert await drafts(engine) == [TYPED]


@pytest.mark.parametrize("scripts", [True, False])
async def test_the_server_is_restarted(
    browser: Browser, site: Site, person: User, engine: Engine, settings: Settings, scripts: bool
) -> None:
    cookies = await open_session(settings, person)
    url = f"{site.url}/cases/26-000001"
    async with visit(
        browser, url, cookies=cookies, refused=True, java_script_enabled=scripts
    ) as page:
        await typed(page)
        site.kill()
        if scripts:
            await save(page)
            await expect(page.get_by_text("Введённое осталось на странице")).to_be_visible()
            await expect(page.get_by_label("Ответ автору")).to_have_value(TYPED)
        await site.start()
        await save(page)
        await saved(page)
        await expect(page.get_by_label("Ответ автору")).to_have_value(TYPED)
    assert await drafts(engine) == [TYPED]


@pytest.mark.parametrize("scripts", [True, False])
async def test_somebody_was_first(
    browser: Browser, site: Site, person: User, engine: Engine, settings: Settings, scripts: bool
) -> None:
    mate = await make_user(engine, settings, "petrov", Role.COORDINATOR, name="Петров Пётр Ильич")
    url = f"{site.url}/cases/26-000001"
    mine, theirs = await open_session(settings, person), await open_session(settings, mate)
    async with (
        visit(browser, url, cookies=mine, refused=True, java_script_enabled=scripts) as page,
        visit(browser, url, cookies=theirs, java_script_enabled=scripts) as other,
    ):
        await typed(page)
        await other.goto(f"{site.url}/cases/26-000001/actions/set_importance")
        await other.get_by_label("Важность").select_option("high")
        await other.locator("#case-form").get_by_role("button", name="Изменить важность").click()
        await expect(other.locator("#case")).to_contain_text("изменена важность")
        await save(page)
        await expect(page.locator("#case")).to_contain_text("Петров")
        await expect(page.get_by_label("Ответ автору")).to_have_value(TYPED)
        assert await drafts(engine) == []
        await save(page)
        await saved(page)
    assert await drafts(engine) == [TYPED]


@pytest.mark.parametrize("path", ["/cases/26-000001", "/cases/new"])
async def test_back_to_a_half_typed_form(
    browser: Browser, site: Site, person: User, settings: Settings, path: str
) -> None:
    cookies = await open_session(settings, person)
    async with visit(browser, f"{site.url}{path}", cookies=cookies) as page:
        field = page.locator("main textarea").first
        await field.fill(TYPED)
        await page.get_by_role("link", name="Поиск").first.click()
        await expect(page).to_have_url(re.compile("/search"))
        await page.go_back()
        await expect(field).to_have_value(TYPED)
