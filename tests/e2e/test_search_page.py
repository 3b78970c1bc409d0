"""The page «Поиск» in Chromium: by keyboard, back and forward, without scripts, for every eye."""

import asyncio
import re
import urllib.parse
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from app.cases.models import Case
from app.settings import Settings
from tests.e2e.conftest import settled, visit
from tests.e2e.eyes import findings
from tests.integration.search_corpus import at, case, filled

PATIENCE = 60_000


def town() -> list[Case]:
    """Sixty messages over a month and a half: three pages, bars by day."""
    return [
        case(
            number,
            f"Свет мигает у дома {number}",
            received_at=datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(days=number * 3 // 4),
            place=at("Ленина" if number % 2 else "Мира", str(number)),
        )
        for number in range(60)
    ]


@pytest.fixture
async def site(product: str, settings: Settings) -> AsyncIterator[str]:
    async with filled(settings, town()):
        yield product


async def active(page: Page) -> Any:
    return await page.evaluate("document.activeElement.id || document.activeElement.innerText")


async def test_the_whole_page_by_keyboard(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/search") as page:
        await page.keyboard.press("Escape")
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("/")
        assert await active(page) == "q"
        await page.keyboard.type("свет")
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("q="))
        await settled(page)
        await page.evaluate("document.activeElement.blur()")
        numbers = await page.locator(".hit-number").all_inner_texts()
        for key, place in (("j", 0), ("j", 1), ("k", 0)):
            await page.keyboard.press(key)
            assert await active(page) == numbers[place]
        await page.keyboard.press("?")
        await expect(page.locator("#keys-list")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.locator(".hit-number").nth(1).focus()
        await page.keyboard.press("o")
        await page.wait_for_url(re.compile("/cases/"))
        await expect(page.locator("h1")).to_have_text(numbers[1])
        await page.go_back()
        await page.locator(".hit-number").nth(0).focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text(numbers[0])


async def test_every_control_is_reached_by_tab_and_seen(browser: Browser, site: str) -> None:
    """Facets, sorts, export, timeline, hits and the pager, none of them a trap."""
    async with visit(browser, f"{site}/search?q=свет") as page:
        seen = set()
        for _ in range(260):
            await page.keyboard.press("Tab")
            found = await page.evaluate(
                """() => {
                  const e = document.activeElement;
                  const s = getComputedStyle(e);
                  const ring = s.outlineStyle !== "none" || s.boxShadow !== "none";
                  const name = [e.className, e.rel || "", e.name || ""].join("|");
                  return [name, ring, e.innerText];
                }"""
            )
            seen.add(found[0])
            assert found[1] or not found[0].strip("|"), f"no focus ring: {found}"
            if "next" in found[0]:
                break
        told = " ".join(seen)
        for name in ("facet-row", "hit-number", "|from", "|to", "|format", "|next|", "|q"):
            assert name in told, name
        assert "timeline-bar" not in told


async def test_back_and_forward_keep_the_whole_state(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/search?q=свет") as page:
        total = page.locator(".search-total")
        street = page.locator("[data-facet=street]").get_by_text("Ленина")
        await street.click()
        await expect(total).to_contain_text("30")
        await page.get_by_role("link", name="сначала новые").click()
        await expect(page.locator(".search-sorts strong")).to_have_text("сначала новые")
        await page.get_by_role("link", name="Дальше").click()
        await page.wait_for_url(re.compile("after="))
        await settled(page)
        last = await page.locator(".hit-number").all_inner_texts()
        await page.go_back()
        await expect(page.get_by_role("link", name="Дальше")).to_be_visible()
        await page.go_back()
        await expect(page.locator(".search-sorts strong")).to_have_text("по совпадению")
        await expect(total).to_contain_text("30")
        await page.go_back()
        await expect(total).to_contain_text("60")
        await expect(page.locator("#q")).to_have_value("свет")
        await page.go_forward()
        await expect(total).to_contain_text("30")
        await page.go_forward()
        await expect(page.locator(".search-sorts strong")).to_have_text("сначала новые")
        await page.go_forward()
        await expect(page.locator(".search-sorts strong")).to_have_text("сначала новые")
        await expect(page.locator(".search-first")).to_be_visible()
        assert await page.locator(".hit-number").all_inner_texts() == last


async def test_dragging_over_the_timeline_sets_the_period(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/search?q=свет&month=2026-03") as page:
        box = await page.locator("[data-timeline]").bounding_box()
        assert box
        bars = await page.locator("[data-timeline] a").count()
        assert bars == 45
        step, y = box["width"] / bars, box["y"] + box["height"] / 2
        await page.mouse.move(box["x"] + step * 2.5, y)
        await page.mouse.down()
        await page.mouse.move(box["x"] + step * 5.5, y, steps=4)
        await page.mouse.up()
        await page.wait_for_url(re.compile("from=2026-03-03&to=2026-03-06"))
        assert "month" not in page.url
        await settled(page)
        count = await page.locator(".hit").count()
        await expect(page.locator(".search-total")).to_contain_text(str(count))
        assert count in {5, 6}
        await expect(page.locator("input[type=date][name=from]")).to_have_value("2026-03-03")
        await page.get_by_role("link", name="За всё время").click()
        await expect(page.locator(".search-total")).to_contain_text("60")


@pytest.mark.usefixtures("workers")
async def test_without_scripts_everything_is_a_link_or_a_form(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/search", java_script_enabled=False) as page:
        await page.fill("#q", "свет")
        await page.get_by_role("button", name="Найти").click()
        await expect(page.locator(".search-total")).to_contain_text("60")
        await page.fill("input[type=date][name=from]", "2026-03-10")
        await page.get_by_role("button", name="Применить").click()
        narrowed = await page.locator(".search-total").inner_text()
        assert "60" not in narrowed
        bar = page.locator(".timeline-bar").nth(3)
        title = await bar.locator("title").text_content()
        await page.goto(f"{site}{await bar.get_attribute('href')}")
        assert title
        count = title.split(": ")[1].split("\u00a0")[0]
        await expect(page.locator(".search-total")).to_contain_text(count)
        await page.get_by_role("link", name="на этой улице").first.click()
        assert {"street", "from", "to"} <= set(
            urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)
        )
        await page.get_by_role("button", name="XLSX").click()
        await page.wait_for_url(re.compile(r"/exports/[0-9A-Z]{26}"))
        await expect(page.get_by_role("link", name="Скачать")).to_be_visible(timeout=PATIENCE)


@pytest.mark.usefixtures("workers")
async def test_the_export_is_watched_and_taken(browser: Browser, site: str, tmp_path: Path) -> None:
    async with visit(browser, f"{site}/search?q=свет&street=Ленина") as page:
        await page.get_by_role("button", name="CSV").click()
        await page.wait_for_url(re.compile(r"/exports/[0-9A-Z]{26}"))
        taken = page.get_by_role("link", name="Скачать")
        await expect(taken).to_be_visible(timeout=PATIENCE)
        await expect(page.locator(".notice-success")).to_contain_text("30")
        assert await page.locator("#export[hx-get]").count() == 0
        async with page.expect_download() as started:
            await taken.click()
        download = await started.value
        assert re.fullmatch(
            r"Обращения 20\d\d-\d\d-\d\d \d\d-\d\d\.csv", download.suggested_filename
        )
        await download.save_as(tmp_path / "taken.csv")
    text = (tmp_path / "taken.csv").read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 31


@pytest.mark.usefixtures("workers")
async def test_axe_finds_nothing_serious(browser: Browser, site: str) -> None:
    found = []
    async with visit(browser, f"{site}/search?q=свет&street=Мира") as page:
        await page.get_by_role("button", name="XLSX").click()
        await expect(page.get_by_role("link", name="Скачать")).to_be_visible(timeout=PATIENCE)
        addresses = [
            page.url,
            f"{site}/search?q=свет&street=Ленина&from=2026-03-02",
            f"{site}/search?q=абракадабра",
            f"{site}/imports",
            f"{site}/exports",
            f"{site}/system",
            f"{site}/cases/26-000007",
        ]
        for address in addresses:
            found += await findings(page, address)
    assert not found, "\n".join(found)


async def test_back_pressed_again_while_the_page_loads(browser: Browser, site: str) -> None:
    """Before htmx listens; a page of one search under the address of another would be a lie."""
    go = asyncio.Event()

    async def later(route: Route) -> None:
        await go.wait()
        await route.continue_()

    async with visit(browser, f"{site}/search?q=свет") as page:
        total = page.locator(".search-total")
        await page.locator("[data-facet=street]").get_by_text("Ленина").click()
        await expect(total).to_contain_text("30")
        await page.get_by_role("link", name="сначала новые").click()
        await expect(page.locator(".search-sorts strong")).to_have_text("сначала новые")
        await settled(page)
        await page.route("**/htmx.min.js*", later)
        await page.evaluate("setTimeout(() => history.back(), 0)")
        await expect(page.locator(".search-sorts strong")).to_have_text("по совпадению")
        await page.evaluate("setTimeout(() => history.back(), 0)")
        await page.wait_for_function("!location.search.includes('street')")
        await expect(total).to_contain_text("30")
        go.set()
        await expect(total).to_contain_text("60")
        assert "street" not in page.url


async def test_on_a_narrow_screen_the_list_comes_first(browser: Browser, site: str) -> None:
    async with visit(
        browser, f"{site}/search?q=свет", viewport={"width": 390, "height": 844}
    ) as page:
        await expect(page.locator("input[type=date][name=from]")).not_to_be_visible()
        await expect(page.locator(".timeline-picture")).not_to_be_visible()
        box = await page.locator(".hit").first.bounding_box()
        assert box
        assert box["y"] < 422
        await page.locator(".search-filters > summary").click()
        await expect(page.locator("input[type=date][name=from]")).to_be_visible()
        await page.locator(".timeline > summary").click()
        await expect(page.locator(".timeline-picture")).to_be_visible()
