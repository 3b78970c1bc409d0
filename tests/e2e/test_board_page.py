"""«Проблемы» in Chromium: by keyboard alone, for every eye; the map with the network cut off."""

import re
from urllib.parse import unquote, urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, expect

from app.board.map import store
from app.engine.client import Engine
from app.problems.models import Counts, Phrase, ProblemState, Spot
from app.settings import Settings
from tests.boarding import problem, store_growth, store_member, store_problems
from tests.e2e.conftest import settled, visit
from tests.e2e.eyes import findings, seen
from tests.e2e.problem_pages import put_problem
from tests.e2e.test_pages_for_every_eye import LONG

SHAPE = (
    b'{"type": "Feature", "properties": {"name": "\xd0\xa1\xd0\xb5\xd0\xb2\xd0\xb5\xd1\x80"},'
    b' "geometry": {"type": "Polygon", "coordinates":'
    b" [[[37.5, 55.7], [37.7, 55.7], [37.7, 55.8], [37.5, 55.8], [37.5, 55.7]]]}}"
)
PAGES = (
    *("/problems?theme=Ямы", "/problems?theme=Лес", "/problems/p99"),
    *("/problems/p1", "/problems/p2", "/problems/p2?street=ленина&house=5&done=name"),
    *("/problems/p2/merge", "/problems/p2/merge?q=Лес"),
    *("/problems/p1/causes", "/problems/p1/factors", "/problems/p1/forecast"),
    *("/problems/causes", "/problems/causes/new"),
    *("/problems/practices", "/problems/road-maps/map-2", "/problems/of/case-1"),
    *("/problems/map", "/problems/map?what=messages"),
)
"""Of problems, those that `test_pages_for_every_eye` does not look at, or not when full."""


@pytest.fixture
async def site(product: str, settings: Settings, engine: Engine) -> str:
    """A problem with all that its page can show, and others beside it."""
    await put_problem(engine, LONG)
    await store_problems(
        engine,
        problem(
            2,
            growing=True,
            members=9,
            owner="boss",
            counts=Counts(themes={"Вода": 5, "Мусор": 4}),
            phrases=[Phrase("глубокая яма", 7), Phrase(LONG[:60], 3)],
            examples=["case-1", "case-2"],
        ),
        problem(3, theme="Мусор", title="Мусор: ул. Мира", state=ProblemState.RETURNED),
        *(problem(number, point=Spot(55.70 + number / 100, 37.55)) for number in range(4, 9)),
    )
    for number in range(1, 10):
        await store_member(engine, number, "p2", days_ago=(number - 1) * 4)
    await store_growth(engine, "p2")
    for number in range(10, 16):
        await store_member(engine, number, f"p{number - 7}")
    return product


async def focused(page: Page) -> str:
    return str(
        await page.evaluate(
            "document.activeElement.id || document.activeElement.innerText.trim().split('\\n')[0]"
        )
    )


async def tab_to(page: Page, wanted: str, most: int = 160) -> None:
    """By the key alone; every control on the way shows that it has the focus."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        ring, is_it = await page.evaluate(
            """wanted => {
              const e = document.activeElement, s = getComputedStyle(e);
              return [s.outlineStyle !== "none" || s.boxShadow !== "none", e.matches(wanted)];
            }""",
            wanted,
        )
        here = await page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        assert ring or here.startswith("<body"), f"no focus ring: {here}"
        if is_it:
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


async def test_the_board_by_keyboard(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/problems") as page:
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("/")
        assert await focused(page) == "board-q"
        await page.keyboard.type("ямы ленина")
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("q="))
        await settled(page)
        titles = await page.locator(".board-title").all_inner_texts()
        assert len(titles) > 3
        await page.evaluate("document.activeElement.blur()")
        for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
            await page.keyboard.press(key)
            assert await focused(page) == titles[place]
        await page.keyboard.press("o")
        await expect(page.locator("h1")).to_have_text(titles[1])
        await page.go_back()
        await expect(page.locator(".board-title").first).to_be_visible()
        await tab_to(page, ".tabs a[href*='show=growing']")
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("show=growing"))
        await settled(page)
        assert await page.locator(".board-title").count() == 1
        await page.goto(f"{site}/problems")
        await tab_to(page, "[data-facet=theme] a")
        theme = await page.evaluate(
            "document.activeElement.querySelector('.facet-label').innerText.trim()"
        )
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("theme="))
        await settled(page)
        assert f"theme={theme}" in unquote(page.url).replace("+", " ")
        await tab_to(page, ".board-title")
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile(r"/problems/p\d"))


async def test_a_problem_is_led_by_keyboard(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/problems/p2") as page:
        await settled(page)
        await tab_to(page, "#act-state")
        await page.keyboard.press("ArrowDown")
        await tab_to(page, "button", most=1)
        await page.keyboard.press("Enter")
        await expect(page.locator(".notice-success")).to_contain_text("Состояние записано.")
        await settled(page)
        await tab_to(page, "#act-name")
        await page.keyboard.press("Control+a")
        await page.keyboard.type("Ямы у школы")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Ямы у школы")
        await settled(page)
        await page.evaluate("document.activeElement.blur()")
        numbers = await page.locator(".problem-cases .hit-number").all_inner_texts()
        await page.keyboard.press("j")
        assert await focused(page) == numbers[0]
        for key in ("x", "j", "x"):
            await page.keyboard.press(key)
        assert await page.locator("[data-select]:checked").count() == 2
        await tab_to(page, ".problem-moves button[formaction$='/split']")
        await page.keyboard.press("Enter")
        await expect(page.locator(".notice-success")).to_contain_text("Это новая проблема")
        await page.goto(f"{site}/problems/p4")
        await settled(page)
        await tab_to(page, "a[href$='/p4/merge']")
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("/p4/merge"))
        await tab_to(page, ".merge-acts button")
        named = await page.evaluate("document.activeElement.getAttribute('aria-label')")
        await page.keyboard.press("Enter")
        await expect(page.locator(".notice-success")).to_contain_text("Проблемы объединены")
        title = await page.locator("h1").inner_text()
        assert title in named


async def test_whoever_was_slower_is_told_and_keeps_what_was_typed(
    browser: Browser, site: str
) -> None:
    async with (
        visit(browser, f"{site}/problems/p2", refused=True) as slow,
        visit(browser, f"{site}/problems/p2") as fast,
    ):
        await fast.fill("#act-name", "Провал у школы")
        await fast.press("#act-name", "Enter")
        await expect(fast.locator("h1")).to_have_text("Провал у школы")
        await slow.fill("#act-name", "Яма")
        await slow.press("#act-name", "Enter")
        await expect(slow.locator(".notice-danger")).to_contain_text("название: «Провал у школы»")
        await expect(slow.locator("#act-name")).to_have_value("Яма")
        await slow.press("#act-name", "Enter")
        await expect(slow.locator("h1")).to_have_text("Яма")


async def test_axe_finds_nothing_serious(browser: Browser, site: str, settings: Settings) -> None:
    store.save(settings.data_dir, SHAPE)
    found = []
    async with visit(browser, f"{site}/problems", refused=True) as page:
        for path in PAGES:
            found += await findings(page, f"{site}{path}")
        await page.goto(f"{site}/problems/p2")
        async with page.expect_navigation():  # a call that a new page cuts off never comes back
            await page.evaluate("setTimeout(() => document.querySelector('#cases-form').submit())")
        await expect(page.locator(".notice-danger")).to_contain_text("Отметьте")
        found += await seen(page)
    assert not found, "\n".join(found)


async def test_the_map_needs_no_network(browser: Browser, site: str, settings: Settings) -> None:
    """Every request stays with the site; boundaries, points and clusters are drawn all the same."""
    store.save(settings.data_dir, SHAPE)
    asked: list[str] = []

    async def only_the_site(route: Route) -> None:
        asked.append(route.request.url)
        own = urlsplit(route.request.url).netloc == urlsplit(site).netloc
        await (route.continue_() if own else route.abort("internetdisconnected"))

    async with visit(browser, f"{site}/me") as page:
        await page.context.route("**/*", only_the_site)
        for what in ("problems", "messages"):
            await page.goto(f"{site}/problems/map?what={what}")
            await expect(page.locator("path.map-boundary")).to_have_count(1)
            drawn = page.locator("#map :is(.map-mark, .map-cluster)")
            await expect(drawn.first).to_be_visible()
            box = await page.locator("path.map-boundary").bounding_box()
            assert box
            assert min(box["width"], box["height"]) > 50
        await page.goto(f"{site}/problems/map?show=growing")
        point = page.locator(".map-mark").first
        await point.dispatch_event("click")
        link = page.locator(".leaflet-popup-content a")
        await expect(link).to_be_visible()
        assert (await link.get_attribute("href") or "").startswith("/problems/p")
        await expect(page.locator("#map-told")).not_to_contain_text("не пришли")
    assert any("/problems/map/points" in url for url in asked)
    assert any("/problems/map/boundaries" in url for url in asked)
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(site).netloc}
