"""The frame in a real browser: keys, look without a reload, no script, contrast, narrow screens."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page

from app.settings import Settings
from tests.e2e.conftest import visit
from tests.web.conftest import NOWHERE, PROBES
from tests.web.gallery import gallery_app

LOWEST_CONTRAST = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) =>
    [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = (colour) => colour.slice(0, 3)
    .map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      layers.push(rgba(getComputedStyle(e).backgroundColor));
      if (layers.at(-1)[3] > 0.999) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const under = ground(element);
    const text = over(rgba(getComputedStyle(element).color), under);
    const [more, less] = [light(under), light(text)].sort((a, b) => b - a);
    found.push([(more + 0.05) / (less + 0.05), element.textContent.trim().slice(0, 40)]);
  }
  found.sort((a, b) => a[0] - b[0]);
  return [found.length, found[0]];
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The gallery on a port of its own, without services behind it."""
    folder: Path = tmp_path_factory.mktemp("data")
    settings = Settings(es_url=NOWHERE, redis_url="redis://127.0.0.1:9/0", data_dir=folder)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(gallery_app(settings, *PROBES), log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


async def active(page: Page) -> str:
    return str(
        await page.evaluate("document.activeElement.id || document.activeElement.textContent")
    )


async def test_keys_move_open_and_stay_silent_while_typing(browser: Browser, address: str) -> None:
    async with visit(browser, f"{address}/gallery") as page:
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        assert await active(page) == "2026-2"
        await page.keyboard.press("k")
        assert await active(page) == "2026-1"
        await page.keyboard.press("o")
        await page.wait_for_url("**#new")
        await page.keyboard.press("/")
        assert await active(page) == "top-search"
        await page.keyboard.type("jo?/k")
        assert await page.input_value("#top-search") == "jo?/k"
        assert not await page.locator("#keys-list").is_visible()


async def test_keys_work_in_the_russian_layout(browser: Browser, address: str) -> None:
    async with visit(browser, f"{address}/gallery") as page:
        await page.evaluate(
            """document.body.dispatchEvent(
                 new KeyboardEvent("keydown", {key: "о", code: "KeyJ", bubbles: true}))"""
        )
        assert await active(page) == "2026-1"


async def test_list_of_keys_opens_and_keys_can_be_switched_off(
    browser: Browser, address: str
) -> None:
    async with visit(browser, f"{address}/gallery") as page:
        await page.keyboard.press("?")
        assert await page.locator("#keys-list").is_visible()
        await page.keyboard.press("Escape")
        await page.fill("#title", "набрано")
        await page.click(".menu-view > summary")
        await page.click(".menu-view button[value=off]")
        await page.wait_for_selector("html[data-keys=off]")
        await page.keyboard.press("Escape")
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("?")
        assert not await page.locator("#keys-list").is_visible()
        assert await page.input_value("#title") == "набрано"
        await page.reload()
        assert await page.get_attribute("html", "data-keys") == "off"


async def test_look_is_chosen_without_scripts(browser: Browser, address: str) -> None:
    options = {"java_script_enabled": False, "color_scheme": "dark"}
    async with visit(browser, f"{address}/system", **options) as page:
        assert await page.get_attribute("html", "data-bs-theme") is None
        await page.click(".menu-view > summary")
        await page.click("button[value=light]")
        assert page.url == f"{address}/system"
        assert await page.get_attribute("html", "data-bs-theme") == "light"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_stands_out_from_its_ground(browser: Browser, address: str, scheme: str) -> None:
    """WCAG 2.2 AA, 1.4.3: at least 4.5 to 1."""
    async with visit(browser, f"{address}/gallery", color_scheme=scheme) as page:
        await page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        count, (ratio, text) = await page.evaluate(LOWEST_CONTRAST)
        assert count > 100
        assert ratio >= 4.5, text


@pytest.mark.parametrize("width", [320, 390, 683, 1366])
async def test_nothing_sticks_out_to_the_side(browser: Browser, address: str, width: int) -> None:
    """683 px is a 1366 px screen at 200 %; 320 px is WCAG 2.2, 1.4.10."""
    async with visit(
        browser, f"{address}/gallery", viewport={"width": width, "height": 700}
    ) as page:
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_silent_server_is_told_and_the_page_stays(browser: Browser, address: str) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{address}/gallery")
    await page.evaluate("htmx.ajax('GET', '/nowhere', {target: '#results'})")
    await page.wait_for_selector("#results .notice-danger")
    await context.set_offline(True)
    await page.evaluate("htmx.ajax('GET', '/system', {target: '#results'}).catch(() => {})")
    await page.wait_for_selector("#notice:not([hidden])")
    assert "Введённое осталось" in await page.inner_text("#notice")
    await context.close()
