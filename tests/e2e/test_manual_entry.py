"""«Ручной ввод» in a real browser: by keyboard alone, with what a hurried hand does."""

import asyncio

from playwright.async_api import Browser, Page, expect

from app.engine.client import Engine
from app.engine.names import Index
from tests.e2e.conftest import visit


async def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the field has the focus, as a person without a mouse would."""
    for _ in range(80):
        if await page.evaluate("document.activeElement.id") == name:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {name}")


async def cases(engine: Engine) -> int:
    await engine.refresh(Index.CASES)
    return await engine.count(Index.CASES, {"match_all": {}})


async def test_a_call_is_entered_by_keyboard_alone(
    browser: Browser, product: str, engine: Engine
) -> None:
    async with visit(browser, f"{product}/cases/new") as page:
        await tab_to(page, "channel")
        await page.keyboard.press("ArrowDown")
        await tab_to(page, "text")
        await page.keyboard.type("Во дворе не горит фонарь")
        await tab_to(page, "theme")
        await page.keyboard.press("ArrowDown")
        theme = await page.evaluate("document.activeElement.selectedOptions[0].text")
        await page.focus("#text")
        await tab_to(page, "author_name")
        await page.keyboard.type("Иванова Мария")
        await tab_to(page, "author_phone")
        async with page.expect_response(
            lambda answer: "89001234567" in (answer.request.post_data or "")
        ):
            await page.keyboard.type("89001234567")
        await expect(page.get_by_text("Черновик сохранён")).to_be_visible()
        await expect(page.get_by_text("обычно подпадают под 59-ФЗ")).to_be_visible()
        await page.reload()
        assert await page.input_value("#text") == "Во дворе не горит фонарь"
        await tab_to(page, "author_phone")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/cases/*?entered=saved*")
        await expect(page.get_by_text("Внести ещё одно")).to_be_visible()
        await expect(page.get_by_text(theme, exact=True).first).to_be_visible()
    assert await cases(engine) == 1


async def test_a_page_left_at_once_keeps_the_last_word(browser: Browser, product: str) -> None:
    async with visit(browser, f"{product}/cases/new") as page:
        address = page.url
        await page.locator("#text").press_sequentially("Во дворе не горит фонарь", delay=5)
        await page.goto(f"{product}/today")
        async with asyncio.timeout(30):  # the gone page's word travels beside the next page
            while "фонарь" not in await page.locator("body").inner_html():
                await page.goto(address)
        assert await page.input_value("#text") == "Во дворе не горит фонарь"


async def test_a_duplicate_is_seen_while_typing(
    browser: Browser, product: str, engine: Engine
) -> None:
    async with visit(browser, f"{product}/cases/new") as page:
        await page.fill("#text", "Во дворе не горит фонарь")
        await page.click(".entry-save")
        await page.wait_for_url("**/cases/*?entered=saved*")
        await page.get_by_text("Внести ещё одно").click()
        await page.fill("#text", "во дворе НЕ горит фонарь!!!")
        await expect(page.get_by_text("тот же текст")).to_be_visible()
        hit = page.locator(".entry-hits a")
        assert (await hit.text_content() or "").startswith("26-000001")
        await page.click(".entry-save")
        await page.wait_for_url("**/cases/*?entered=saved*")
    assert await cases(engine) == 2


async def test_double_click_and_back_make_one_case(
    browser: Browser, product: str, engine: Engine
) -> None:
    async with visit(browser, f"{product}/cases/new") as page:
        await page.fill("#text", "Яма у школы")
        await page.dblclick(".entry-save")
        await page.wait_for_url("**/cases/*?entered=*")
        first = page.url.partition("?")[0]
        await page.go_back()
        await page.wait_for_selector("#entry-form")
        await page.fill("#text", "Яма у школы")
        await page.click(".entry-save")
        await page.wait_for_url("**/cases/*?entered=before*")
        assert page.url.partition("?")[0] == first
    assert await cases(engine) == 1


async def test_a_mistake_keeps_the_text_and_names_the_field(browser: Browser, product: str) -> None:
    async with visit(browser, f"{product}/cases/new", refused=True) as page:
        await page.fill("#text", "Течёт кран")
        await page.fill("#author_phone", "нет")
        await page.click(".entry-save")
        await expect(page.locator("#author_phone-error")).to_be_visible()
        assert await page.input_value("#text") == "Течёт кран"
        await page.fill("#author_phone", "")
        await page.click(".entry-save")
        await page.wait_for_url("**/cases/*?entered=saved*")
