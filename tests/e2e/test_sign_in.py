"""Signing in in Chromium: by keyboard, left alone, without scripts; nothing typed is lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, expect

from app.accounts.reader import cookie_name
from app.engine.client import Engine
from app.settings import Settings, get_settings
from tests.e2e.conftest import visit
from tests.factories import PASSWORD, leave_alone, make_user

PATIENCE = 20_000


@pytest.fixture
async def site(product: str, engine: Engine, settings: Settings) -> str:
    await make_user(engine, settings, "ivanova", name="Иванова Мария Петровна")
    return product


async def sign_in(page: Page, login: str = "ivanova") -> None:
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.get_by_role("button", name="Войти", exact=True).click()


async def test_by_keyboard_alone(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/search?q=вода", stranger=True) as page:
        await expect(page).to_have_url(re.compile(r"/sign-in\?next="))
        for _ in range(10):
            if await page.evaluate("document.activeElement.id") == "login":
                break
            await page.keyboard.press("Tab")
        await page.keyboard.type("ivanova")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator("main input[type=search]")).to_have_value("вода")
        await page.locator(".menu-user > summary").focus()
        await page.keyboard.press("Enter")
        for _ in range(10):
            if await page.evaluate("document.activeElement.closest('form[action=\"/sign-out\"]')"):
                break
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(f"{site}/sign-in")


async def test_a_wrong_password_keeps_the_login(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/sign-in", stranger=True, refused=True) as page:
        await page.fill("#login", "ivanova")
        await page.fill("#password", "не тот")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Логин или пароль не подошли")).to_be_visible()
        await expect(page.locator("#login")).to_have_value("ivanova")
        await expect(page.locator("#password")).to_have_value("")


async def test_a_locked_page_asks_in_place_and_goes_on(
    browser: Browser, site: str, settings: Settings
) -> None:
    """What was asked for when the session turned out to be locked is asked again."""
    async with visit(browser, f"{site}/sign-in?next=/search", stranger=True, refused=True) as page:
        await sign_in(page)
        field = page.locator("main input[type=search]")
        await field.fill("нет горячей воды")
        await leave_alone(settings, "ivanova")
        await page.get_by_role("button", name="Найти").click()
        dialog = page.locator("#lock")
        await expect(dialog).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_visible()
        await expect(field).to_have_value("нет горячей воды")
        await page.keyboard.type("не тот")
        await page.keyboard.press("Enter")
        await expect(dialog.get_by_text("не подошли")).to_be_visible()
        await page.fill("#unlock-password", PASSWORD)
        await page.keyboard.press("Enter")
        await expect(dialog).not_to_be_visible()
        await expect(page).to_have_url(re.compile("q="), timeout=PATIENCE)
        await expect(field).to_have_value("нет горячей воды")


async def test_typed_text_survives_without_scripts(
    browser: Browser, site: str, settings: Settings
) -> None:
    options = {"java_script_enabled": False}
    async with visit(
        browser, f"{site}/sign-in?next=/me/password", stranger=True, refused=True, **options
    ) as page:
        await sign_in(page)
        await page.goto(f"{site}/search?q=вода")
        await leave_alone(settings, "ivanova")
        await page.locator(".menu-view > summary").first.click()
        await page.goto(f"{site}/search?q=вода")
        await expect(page.get_by_role("heading", name="С возвращением")).to_be_visible()
        await page.fill("#password", PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator("main input[type=search]")).to_have_value("вода")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[None]:
    """A site that locks after three seconds; asked for before `product`."""
    monkeypatch.setenv("OTKLIK_SESSION_IDLE_MINUTES", "0.05")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


async def test_a_page_left_alone_covers_itself_and_opens_with_another_tab(
    browser: Browser, impatient: None, site: str, settings: Settings
) -> None:
    async with visit(browser, f"{site}/sign-in?next=/search", stranger=True, refused=True) as page:
        await sign_in(page)
        await page.locator("main input[type=search]").fill("набрано")
        await expect(page.locator("#lock")).to_be_visible(timeout=PATIENCE)
        tab = await page.context.new_page()
        await tab.goto(f"{site}/sign-in?next=/search")
        await tab.fill("#password", PASSWORD)
        await tab.keyboard.press("Enter")
        await expect(tab.locator(".menu-user")).to_be_visible()
        await tab.locator("main input[type=search]").press_sequentially("работа", delay=300)
        await expect(page.locator("#lock")).not_to_be_visible(timeout=PATIENCE)
        await expect(page.locator("main input[type=search]")).to_have_value("набрано")


async def test_whoever_types_is_not_locked(browser: Browser, impatient: None, site: str) -> None:
    async with visit(browser, f"{site}/sign-in?next=/search", stranger=True) as page:
        await sign_in(page)
        await page.locator("main input[type=search]").press_sequentially("а" * 20, delay=300)
        await expect(page.locator("#lock")).not_to_be_visible()
        await page.get_by_role("button", name="Найти").click()
        await expect(page).to_have_url(re.compile("q="))


async def test_the_cookie_is_not_for_scripts(
    browser: Browser, site: str, settings: Settings
) -> None:
    async with visit(browser, f"{site}/sign-in", stranger=True) as page:
        await sign_in(page)
        await expect(page.locator(".menu-user")).to_be_visible()
        assert cookie_name(settings) not in str(await page.evaluate("document.cookie"))
