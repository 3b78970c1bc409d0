"""«Уведомления» in Chromium: the bell rings by itself, all goes without scripts, for every eye."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from app.engine.client import Engine
from app.settings import Settings
from indexers.notices.project import project_due_notices
from tests.casework import store
from tests.e2e.conftest import visit
from tests.e2e.eyes import troubles
from tests.factories import open_session
from tests.noticing import add_person, telling_case
from tests.serving import serving

Site = tuple[str, dict[str, str]]


@pytest.fixture
async def site(settings: Settings, engine: Engine) -> AsyncIterator[Site]:
    """The address and the cookie of Olga's session; she has notices of every kind of row."""
    olga = await add_person(engine, "olga", name="Еремеева Ольга Дмитриевна")
    await add_person(engine, "boss", name="Старостин Пётр Львович")
    steps = ("assign", "ask", "deadline_overdue", "send_for_approval", "rework", "return")
    await store(engine, *(telling_case(n, "olga", what=steps[n % 6]) for n in range(9)))
    await project_due_notices(engine, settings)
    async with serving(settings) as (url, _):
        yield url, await open_session(settings, olga)


async def test_the_bell_rings_by_itself_and_a_notice_opens_its_case(
    browser: Browser, site: Site, settings: Settings, engine: Engine
) -> None:
    url, cookies = site
    async with visit(browser, f"{url}/search", cookies=cookies) as page:
        bell = page.locator("[data-bell]")
        await expect(bell.locator("[data-bell-count]")).to_have_text("9")
        await expect(page.locator("[data-bell-words]")).to_have_text("")
        await store(engine, telling_case(20, "olga"))
        await project_due_notices(engine, settings)
        await expect(bell.locator("[data-bell-count]")).to_have_text("10", timeout=15_000)
        await expect(page.locator("[data-bell-words]")).to_contain_text("10\xa0непрочитанных")
        await bell.click()
        await page.wait_for_url(f"{url}/notices")
        rows = page.locator(".notice-row")
        await expect(rows).to_have_count(10)
        first = rows.first.locator("[data-open]")
        await page.keyboard.press("j")
        await expect(first).to_be_focused()
        await page.keyboard.press("o")
        await page.wait_for_url(f"{url}/cases/**")
        await expect(page.locator("[data-bell-count]")).to_have_text("9")


async def test_another_window_sees_what_is_read_here(browser: Browser, site: Site) -> None:
    url, cookies = site
    async with (
        visit(browser, f"{url}/search", cookies=cookies) as watching,
        visit(browser, f"{url}/notices", cookies=cookies) as page,
    ):
        await expect(watching.locator("[data-bell-count]")).to_have_text("9")
        await page.get_by_role("button", name="Отметить все прочитанными").click()
        await expect(page.locator(".notice-row.is-unread")).to_have_count(0)
        await expect(watching.locator("[data-bell-count]")).to_be_hidden(timeout=15_000)


async def test_without_scripts_all_of_it_works(browser: Browser, site: Site) -> None:
    url, cookies = site
    async with visit(browser, f"{url}/notices", cookies=cookies, java_script_enabled=False) as page:
        await expect(page.locator("[data-bell-count]")).to_be_hidden()
        await page.locator(".notice-row form button").first.click()
        await expect(page.locator(".notice-row.is-unread")).to_have_count(8)
        await page.get_by_role("link", name="Сроки").click()
        await expect(page.locator(".notice-row")).to_have_count(2)
        await page.goto(f"{url}/me/notices")
        await page.get_by_label("Моё ведомство спросили: не писать").check()
        await page.get_by_label("С", exact=True).select_option("22:00")
        await page.get_by_label("До", exact=True).select_option("07:30")
        await page.get_by_role("button", name="Сохранить").click()
        await expect(page.get_by_text("Сохранено.")).to_be_visible()
        await expect(page.get_by_label("Моё ведомство спросили: не писать")).to_be_checked()
        await expect(page.get_by_label("До", exact=True)).to_have_value("07:30")


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1366, 390])
async def test_for_every_eye(browser: Browser, site: Site, scheme: str, width: int) -> None:
    url, cookies = site
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    async with visit(browser, f"{url}/notices", cookies=cookies, **options) as page:
        await expect(page.locator("[data-bell-count]")).to_have_text("9")
        for address in ("/notices", "/notices?kind=deadline", "/notices?show=read", "/me/notices"):
            await page.goto(f"{url}{address}")
            assert await fits(page), address
            assert await troubles(page) == [], address
