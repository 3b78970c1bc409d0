"""«Моя работа» in Chromium: by keyboard, back and forward, without scripts, for every eye."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from app.cases.codes import Importance, State
from app.cases.models import Case, Classifier, Workflow
from app.permissions import Permission
from app.settings import Settings
from app.viewer import EVERYWHERE, Viewer
from app.work.queues import Queue
from tests.e2e.conftest import settled, visit
from tests.e2e.eyes import findings
from tests.factories import site as application
from tests.integration.search_corpus import at, case, filled

OLGA = Viewer(
    "olga",
    title="Ольга П.",
    permissions=frozenset(Permission),
    scopes=(EVERYWHERE,),
    departments=frozenset({"Отдел дорог"}),
)
_STATES = [State.IN_PROGRESS, State.ASSIGNED, State.NEW, State.INTERIM, State.MODERATION]
_DUE = [-50, -3, 2, 30, 200, 900, None]
"""Hours from now."""


def desk_of_olga() -> list[Case]:
    now = datetime.now(UTC)
    return [
        case(
            number,
            f"У дома {number} провалился люк, рядом детская площадка. Просим огородить и починить.",
            state=_STATES[number % 5],
            deadline_at=now + timedelta(hours=hours, minutes=number) if hours else None,
            importance=Importance.HIGH if number % 9 == 0 else None,
            received_at=now - timedelta(hours=number),
            updated_at=now - timedelta(hours=number),
            place=at("Ленина" if number % 2 else "Мира", str(number)),
            classifier=Classifier(im_group="Дороги", im_theme=f"Ямы и люки {number % 3}"),
            workflow=Workflow(department="Отдел дорог", assignee="olga" if number % 3 else None),
        )
        for number, hours in ((each, _DUE[each % 7]) for each in range(90))
    ]


@pytest.fixture
async def site(settings: Settings) -> AsyncIterator[str]:
    """The application with Olga signed in, behind a socket of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    own = settings.model_copy(update={"port": listener.getsockname()[1], "base_url": url})
    server = uvicorn.Server(
        uvicorn.Config(application(own, OLGA), log_config=None, log_level="warning")
    )
    async with filled(settings, desk_of_olga()):
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield url
        server.should_exit = True
        await serving


async def numbers(page: Page) -> list[str]:
    return await page.locator(".hit-number").all_inner_texts()


async def focused(page: Page) -> str:
    return str(await page.evaluate("document.activeElement.innerText"))


async def test_a_morning_by_keyboard(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/search") as page:
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("g")
        await page.keyboard.press("w")
        await page.wait_for_url(f"{site}/work")
        shown = await numbers(page)
        assert len(shown) == 30
        for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
            await page.keyboard.press(key)
            assert await focused(page) == shown[place]
        await page.keyboard.press("o")
        await page.wait_for_url(re.compile("/cases/"))
        await expect(page.locator("h1")).to_have_text(shown[1])
        for place in (2, 3, 4):
            await page.wait_for_load_state()  # the keys are a script's
            await page.keyboard.press("s")
            await expect(page.locator("h1")).to_have_text(shown[place])
        await page.get_by_role("link", name="К очереди").click()
        await page.wait_for_url(re.compile(r"/work"))  # or a page that is still coming is read
        await page.wait_for_load_state()
        assert await numbers(page) == shown
        await page.keyboard.press("?")
        await expect(page.locator("#keys-list")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.keyboard.press("/")
        assert await page.evaluate("document.activeElement.id") == "top-search"


async def test_rows_are_marked_taken_and_given_back_by_keyboard(
    browser: Browser, site: str
) -> None:
    async with visit(browser, f"{site}/work?queue=free&theme=Ямы и люки 0") as page:
        rows = await numbers(page)
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await page.keyboard.press("t")
        await expect(page.locator("[data-toast]")).to_contain_text("Взято в работу: 1")
        left = await numbers(page)
        assert left == [rows[0], *rows[2:]]
        assert await focused(page) == left[1]
        await page.get_by_role("button", name="Отменить").click()
        await expect(page.locator("[data-toast]")).to_contain_text("Отменено")
        assert await numbers(page) == rows
        await page.evaluate("document.activeElement.blur()")
        await expect(page.locator(".work-bulk")).not_to_be_visible()
        for key in ("j", "x", "j", "x"):
            await page.keyboard.press(key)
        await expect(page.locator("[data-selected]")).to_have_text("2")
        await page.keyboard.press("a")
        await page.keyboard.type("Отдел света")
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-toast]")).to_contain_text("Назначено: 2")
        assert await numbers(page) == rows[2:]
        await page.get_by_role("button", name="Отменить").click()
        await expect(page.locator(".hit-number").first).to_have_text(rows[0])


async def test_the_queue_is_kept_over_an_action_without_scripts(
    browser: Browser, site: str
) -> None:
    async with visit(browser, f"{site}/work?queue=free", java_script_enabled=False) as page:
        shown = await numbers(page)
        await page.locator(".hit-number").first.click()
        await page.get_by_role("button", name="Взять в работу").click()
        await page.wait_for_url(re.compile("done="))
        await page.get_by_role("link", name="Следующее").click()
        await expect(page.locator("h1")).to_have_text(shown[1])


async def test_keys_that_are_off_do_nothing(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/work") as page:
        await (
            page.get_by_role("button", name="Вид и клавиши")
            .or_(page.locator("summary[aria-label='Вид и клавиши']"))
            .first.click()
        )
        await page.get_by_role("button", name="Выключены").click()
        await expect(page.locator("html")).to_have_attribute("data-keys", "off")
        await page.keyboard.press("Escape")
        await page.keyboard.press("j")
        assert not re.match(r"26-\d+$", await focused(page))


async def test_back_and_forward_keep_the_whole_state(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/work?queue=open") as page:
        total = page.locator(".search-total")
        await expect(total).to_contain_text("90")
        await page.locator("[data-facet=street]").get_by_text("Ленина").click()
        await expect(total).to_contain_text("45")
        assert "street=Ленина" in unquote(page.url)
        first = await numbers(page)
        await page.get_by_role("link", name="Дальше").click()
        await page.wait_for_url(re.compile("after="))
        await settled(page)
        second = await numbers(page)
        assert len(second) == 15
        assert not set(first) & set(second)
        await page.locator(".work-queue", has_text="Просрочено").click()
        await expect(total).to_contain_text("Просрочено")
        await page.go_back()
        await expect(total).to_contain_text("45")
        assert await numbers(page) == second
        await page.go_back()
        await expect(page.get_by_role("link", name="Дальше")).to_be_visible()
        assert await numbers(page) == first
        await page.go_forward()
        await expect(page.get_by_role("link", name="К началу списка")).to_be_visible()
        assert await numbers(page) == second


async def test_every_queue_has_as_many_rows_as_its_number(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/work", java_script_enabled=False) as page:
        addresses = await page.locator(".work-queue").evaluate_all(
            "links => links.map(a => [a.href, a.lastElementChild.innerText])"
        )
        assert len(addresses) == len(Queue)
        for address, count in addresses:
            await page.goto(address)
            rows = await page.locator("[data-row]").count()
            while await page.get_by_role("link", name="Дальше").count():
                async with page.expect_navigation():  # to its end: half a page has fewer rows
                    await page.get_by_role("link", name="Дальше").click()
                rows += await page.locator("[data-row]").count()
            assert rows == int(count.replace("\u00a0", "")), address


async def test_own_lists_without_scripts(browser: Browser, site: str) -> None:
    async with visit(
        browser, f"{site}/work?queue=open&street=Мира", java_script_enabled=False
    ) as page:
        await page.locator(".work-save > summary").click()
        await page.fill("#view-name", "Мира целиком")
        await page.get_by_role("button", name="Сохранить", exact=True).click()
        await expect(page.locator(".work-queue.is-selected").last).to_have_text("Мира целиком")
        await page.goto(f"{site}/work/views")
        await page.get_by_role("button", name="Открывать первым").click()
        await page.goto(f"{site}/work")
        assert "street=Мира" in unquote(page.url)
        await page.goto(f"{site}/work/views")
        await page.get_by_role("button", name="Удалить").click()
        await page.get_by_role("button", name="Вернуть").click()
        assert "street=Мира" in unquote(page.url)


async def test_live_numbers_leave_focus_and_scroll_alone(browser: Browser, site: str) -> None:
    async with visit(browser, f"{site}/work?queue=open") as page:
        await page.keyboard.press("j")
        await page.evaluate("scrollTo(0, 300)")
        before = await focused(page)
        await page.locator("#count-open").evaluate("span => { span.innerText = '0' }")
        height = await page.evaluate("document.documentElement.scrollHeight")
        await page.evaluate(
            """() => { const e = document.querySelector('[hx-get^="/work/live"]');
                 return htmx.ajax('GET', e.getAttribute('hx-get'), {source: e, swap: 'none'}) }"""
        )
        await expect(page.locator("#count-open")).to_have_text("90")
        assert await focused(page) == before
        assert await page.evaluate("scrollY") == 300
        assert await page.evaluate("document.documentElement.scrollHeight") == height


async def test_axe_finds_nothing_serious(browser: Browser, site: str) -> None:
    found = []
    async with visit(browser, f"{site}/work") as page:
        for path in ("", "?queue=open&street=Мира", "/views", "?queue=approval"):
            found += await findings(page, f"{site}/work{path}")
    assert not found, "\n".join(found)
