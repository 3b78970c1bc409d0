"""One message and four people in four browsers, from «Ручной ввод» until it is closed.

The operator gives it to a department that says «не наше», then to another one, whose executor
never touches the mouse; the head of the block approves the answer.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from app.accounts.roles import Role
from app.engine.client import Engine
from app.engine.names import Index
from app.reference.service import (
    DepartmentDraft,
    SectorDraft,
    create_department,
    create_sector,
)
from app.settings import Settings
from tests.auditing import lines
from tests.e2e.conftest import BOSS, settled, visit
from tests.factories import make_user, open_session

pytestmark = pytest.mark.usefixtures("workers")

HOUSE, ROADS = "Управление ЖКХ", "Дорожная служба"
TEXT = "На Садовой у дома 5 провалился люк, рядом детская площадка"
NOT_OURS = "Люк на проезжей части, это дорожники"
QUESTION = "Чей это колодец: ваш или водоканала?"
REPLY = "Колодец водоканала, крышку привезут завтра"
INTERIM = "Место огородили, крышку поставим"
FIRST_DRAFT = "Крышку поставили"
REMARK = "Напишите, когда проверили"
ANSWER = "Крышку поставили, 26 ноября проверили на месте"
STORY = [
    ("Орлова И. П.", "внесено вручную", ""),
    ("Орлова И. П.", "отправлено на модерацию", ""),
    ("Орлова И. П.", "принято после модерации", ""),
    ("Орлова И. П.", f"назначено, кому: {HOUSE}", ""),
    ("Жуков П. А.", "взято в работу", ""),
    ("Жуков П. А.", f"возвращено: не наше, откуда: {HOUSE}", NOT_OURS),
    ("Орлова И. П.", f"назначено, кому: {ROADS}", ""),
    ("Дорохова А. Н.", "взято в работу", ""),
    ("Дорохова А. Н.", f"запрошено ведомство, кого: {HOUSE}", ""),
    ("Жуков П. А.", f"отвечено на запрос: {HOUSE}", ""),
    ("Дорохова А. Н.", "дан промежуточный ответ", ""),
    ("Дорохова А. Н.", "ответ отправлен на согласование", ""),
    ("Главин С. С.", "ответ возвращён на доработку, кому: Дорохова А. Н.", REMARK),
    ("Дорохова А. Н.", "ответ отправлен на согласование", ""),
    ("Главин С. С.", "ответ согласован и отправлен, кто писал: Дорохова А. Н.", ""),
    ("Главин С. С.", "закрыто: решено", ""),
]
JOURNAL = [
    *(("orlova", "entered"), ("orlova", "moderate"), ("orlova", "accept"), ("orlova", "assign")),
    *(("zhukov", "take"), ("zhukov", "return"), ("orlova", "assign")),
    *(("dorohova", "take"), ("dorohova", "ask"), ("zhukov", "reply"), ("dorohova", "interim")),
    *(("dorohova", "send_for_approval"), ("glavin", "rework")),
    *(("dorohova", "send_for_approval"), ("glavin", "approve"), ("glavin", "close")),
]


@dataclass(frozen=True)
class People:
    """Each in a browser of the own, on «Моя работа»."""

    site: str
    operator: Page
    house: Page
    roads: Page
    head: Page


@pytest.fixture
async def people(
    browser: Browser, product: str, settings: Settings, engine: Engine
) -> AsyncIterator[People]:
    await create_sector(engine, BOSS, SectorDraft("Городское хозяйство"), "city")
    for code, name in (("house", HOUSE), ("roads", ROADS)):
        await create_department(engine, BOSS, DepartmentDraft(name, sector="city"), code)
    users = [
        await make_user(engine, settings, login, role, name=name, **more)
        for login, role, name, more in (
            ("orlova", Role.OPERATOR, "Орлова Инна Павловна", {}),
            ("zhukov", Role.EXECUTOR, "Жуков Пётр Андреевич", {"department": "house"}),
            ("dorohova", Role.EXECUTOR, "Дорохова Анна Никитична", {"department": "roads"}),
            ("glavin", Role.BLOCK_HEAD, "Главин Сергей Сергеевич", {"sector": "city"}),
        )
    ]
    async with AsyncExitStack() as stack:
        pages = []
        for user in users:
            cookies = await open_session(settings, user)
            opened = visit(browser, f"{product}/work", refused=True, cookies=cookies)
            pages.append(await stack.enter_async_context(opened))
        yield People(product, *pages)


# What each of them does and sees


def count(page: Page, queue: str) -> Locator:
    return page.locator(f"#count-{queue}")


async def waits(page: Page, site: str, queue: str, number: str) -> None:
    """The case stands in this queue of the person's «Моя работа», with its number beside it."""
    await page.goto(f"{site}/work?queue={queue}")
    await expect(page.locator(".hit-number")).to_have_text([number])
    await expect(count(page, queue)).to_have_text("1")


async def waits_nowhere(page: Page, site: str) -> None:
    await page.goto(f"{site}/work?queue=open")
    await expect(count(page, "open")).to_have_text("0")


async def cannot_see(page: Page, site: str, address: str) -> None:
    """Neither by address nor by the form of an action nor in the search."""
    for path in (address, f"{address}/actions/take"):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 404, path
        assert "Садовой" not in await answer.text()
    await page.goto(f"{site}/search?q=Садовой")
    await expect(page.locator(".search-total")).to_contain_text("Ничего")
    await expect(page.locator(".hit")).to_have_count(0)


async def told(page: Page, words: str) -> None:
    """What was done is said above the case."""
    await expect(page.locator(".case-toast")).to_contain_text(words)


async def act(page: Page, button: str) -> None:
    await page.locator("#case").get_by_role("button", name=button).first.click()


async def opened(page: Page, button: str) -> Locator:
    """The form behind a button that leads to one."""
    await page.locator("#case").get_by_role("link", name=button).first.click()
    form = page.locator("#case-form")
    await expect(form).to_be_visible()
    return form


async def enter(page: Page, site: str) -> tuple[str, str]:
    """By hand; address and number of the case."""
    await page.goto(f"{site}/cases/new")
    await page.fill("#text", TEXT)
    await page.click(".entry-save")
    await page.wait_for_url("**/cases/*?entered=saved*")
    return page.url.partition("?")[0], await page.locator("h1").inner_text()


async def moderate(page: Page, site: str, address: str, number: str) -> None:
    await page.locator(".case-more > summary").click()
    await act(page, "На модерацию")
    await told(page, "Отправлено на модерацию")
    await waits(page, site, "moderation", number)
    await page.locator(".hit-number").click()
    await act(page, "Принять")
    await told(page, "Принято после модерации")
    await page.goto(address)


async def assign(page: Page, address: str, department: str) -> None:
    await page.goto(address)
    form = await opened(page, "Назначить")
    await form.get_by_label("Ведомство").fill(department)
    await form.get_by_role("button", name="Назначить").click()
    await told(page, "Назначено")
    await expect(page.locator("#case")).to_contain_text(department)


async def give_back(page: Page, site: str, number: str) -> None:
    """Taken in the list, seen to be another's, given back with words."""
    await waits(page, site, "free", number)
    await page.get_by_role("button", name=f"Взять в работу {number}").click()
    await expect(page.locator("[data-toast]")).to_contain_text("Взято в работу: 1")
    await waits(page, site, "mine", number)
    await page.locator(".hit-number").click()
    form = await opened(page, "Вернуть: не наше")
    await form.get_by_role("button", name="Вернуть").click()
    await expect(form.get_by_label("Почему не ваше")).to_be_focused()
    await form.get_by_label("Почему не ваше").fill(NOT_OURS)
    await form.get_by_role("button", name="Вернуть").click()
    await expect(page.locator("#case")).to_contain_text(f"{number} ушло к другим")


async def reply(page: Page, site: str, number: str) -> None:
    """Only the request opens the case to the other department, and only until the reply."""
    await waits(page, site, "asked", number)
    await page.locator(".hit-number").click()
    await expect(page.locator("#case")).to_contain_text(QUESTION)
    await expect(page.locator("#answer")).to_have_count(0)
    form = await opened(page, "Ответить на запрос")
    await form.get_by_label("Ответ").fill(REPLY)
    await form.get_by_role("button", name="Ответить").click()
    await expect(page.locator("#case")).to_contain_text(f"{number} ушло к другим")


async def send_back(page: Page, site: str, number: str) -> None:
    await waits(page, site, "approval", number)
    await page.locator(".hit-number").click()
    await expect(page.locator("#case")).to_contain_text(FIRST_DRAFT)
    form = await opened(page, "На доработку")
    await form.get_by_label("Что исправить").fill(REMARK)
    await form.get_by_role("button", name="На доработку").click()
    await told(page, "Ответ возвращён на доработку")


async def approve_and_close(page: Page, site: str, number: str) -> None:
    await waits(page, site, "approval", number)
    await page.locator(".hit-number").click()
    await expect(page.locator("#case")).to_contain_text(ANSWER)
    form = await opened(page, "Согласовать и отправить")
    await form.get_by_role("button", name="Согласовать и отправить").click()
    await told(page, "Ответ согласован и отправлен")
    form = await opened(page, "Закрыть")
    await form.get_by_label("Итог").fill("решено")
    await form.get_by_role("button", name="Закрыть").click()
    await told(page, "Закрыто")


# The executor without a mouse: nothing below but keys


async def focused(page: Page) -> str:
    """The name of what has the focus, as it is read aloud."""
    return str(
        await page.evaluate(
            """() => {
              const e = document.activeElement;
              if (!e.matches("a, button, input, select, summary, textarea")) return "";
              return e.ariaLabel || (e.labels && e.labels[0] && e.labels[0].innerText)
                || e.innerText || "";
            }"""
        )
    )


async def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Until the focus is on what is called so; not more often than a person would."""
    for _ in range(60):
        if name in await focused(page):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{key} never reaches «{name}»")


async def typed_into(page: Page, name: str, text: str) -> None:
    await tab_to(page, name)
    await page.keyboard.press("Control+A")
    await page.keyboard.type(text)


async def pressed(page: Page, name: str) -> None:
    await tab_to(page, name)
    await page.keyboard.press("Enter")


async def go_to_work(page: Page, queue: str, label: str, number: str) -> None:
    async with page.expect_navigation(url=re.compile("/work$")):
        await page.keyboard.press("g")
        await page.keyboard.press("w")
    await pressed(page, label)
    await page.wait_for_url(re.compile(f"queue={queue}|/work$"))
    await settled(page)
    await expect(page.locator(".hit-number")).to_have_text([number])
    await expect(count(page, queue)).to_have_text("1")


async def open_first(page: Page, number: str) -> None:
    await page.keyboard.press("j")
    async with page.expect_navigation(url=re.compile("/cases/")):
        await page.keyboard.press("o")
    await expect(page.locator("h1")).to_have_text(number)


async def take_and_ask(page: Page, number: str) -> None:
    await go_to_work(page, "free", "никто не взял", number)
    await open_first(page, number)
    await page.keyboard.press("t")
    await told(page, "Взято в работу")
    await pressed(page, "Запросить ведомство")
    await expect(page.locator("#ask-department")).to_be_focused()
    await page.keyboard.type(HOUSE)
    await typed_into(page, "Что спросить", QUESTION)
    await pressed(page, "Запросить ведомство")
    await told(page, "Запрошено ведомство")


async def give_interim(page: Page, number: str, promised: date) -> None:
    await go_to_work(page, "mine", "Мои", number)
    await open_first(page, number)
    await expect(page.locator("#case")).to_contain_text(REPLY)
    await page.keyboard.press("r")
    await page.keyboard.type(INTERIM)
    await tab_to(page, "Обещаем к")
    await type_day(page, "Обещаем к", promised)
    await pressed(page, "Промежуточный ответ")
    await told(page, "Дан промежуточный ответ")
    await expect(page.locator("#case")).to_contain_text(f"Обещано к {promised:%d.%m.%Y}")


async def send_for_approval(page: Page, text: str) -> None:
    await page.keyboard.press("r")
    await page.keyboard.press("Control+A")
    await page.keyboard.type(text)
    await pressed(page, "На согласование")
    await told(page, "Ответ отправлен на согласование")


async def rework(page: Page, number: str) -> None:
    await go_to_work(page, "rework", "Вернули на доработку", number)
    await open_first(page, number)
    await expect(page.locator(".case-story")).to_contain_text(REMARK)
    await expect(page.locator("#answer textarea")).to_have_value(FIRST_DRAFT)
    await send_for_approval(page, ANSWER)


# The day itself


async def type_day(page: Page, label: str, day: date) -> None:
    """By keys alone, in the order in which this browser asks for the parts of a date."""
    order = await page.evaluate("new Intl.DateTimeFormat().formatToParts().map(one => one.type)")
    forms = {"day": "%d", "month": "%m", "year": "%Y"}
    await page.keyboard.type(day.strftime("".join(forms[one] for one in order if one in forms)))
    await expect(page.get_by_label(label)).to_have_value(day.isoformat())


async def assert_story(page: Page, address: str) -> None:
    """From the beginning to the end, in words, with the reasons and nothing of the author."""
    await page.goto(address)
    lines = page.locator(".case-story li")
    await expect(lines).to_have_count(len(STORY))
    shown = [
        (
            await line.locator("strong").inner_text(),
            (await line.locator("p").first.inner_text()).partition(": ")[2],
            "".join(await line.locator(".case-reason").all_inner_texts()),
        )
        for line in reversed(await lines.all())
    ]
    assert shown == STORY


async def assert_audited(browser: Browser, site: str, engine: Engine, number: str) -> None:
    """Every step and every refusal stands in the journal, and nothing of what was written."""
    async with visit(browser, f"{site}/audit?number={number}") as page:
        for _ in range(60):
            await engine.refresh_reads(Index.AUDIT)
            await page.reload()
            if await page.locator("#audit tbody tr").count() >= len(STORY):
                break
            await page.wait_for_timeout(500)
        text = await page.locator("#audit").inner_text()
    steps = [line for line in await lines(engine, kind="case") if line.get("number") == number]
    assert [(line["who"], line["what"].removeprefix("case.")) for line in steps] == JOURNAL
    refused = await lines(engine, what="request.refused")
    assert Counter(line["who"] for line in refused) == {"zhukov": 8, "dorohova": 4}
    for words in ("Возвращено: не наше", "Отвечено на запрос", "Ответ возвращён на доработку"):
        assert words in text
    for secret in (NOT_OURS, QUESTION, ANSWER, "Садовой"):
        assert secret not in text


async def test_a_message_from_entry_to_its_end(
    browser: Browser, people: People, engine: Engine
) -> None:
    site, roads = people.site, people.roads
    address, number = await enter(people.operator, site)
    await moderate(people.operator, site, address, number)
    for page in (people.house, people.roads):
        await cannot_see(page, site, address)
    await assign(people.operator, address, HOUSE)
    await cannot_see(roads, site, address)
    await give_back(people.house, site, number)
    await cannot_see(people.house, site, address)
    await waits(people.operator, site, "free", number)
    await assign(people.operator, address, ROADS)
    await cannot_see(people.house, site, address)
    await waits_nowhere(people.house, site)
    await roads.goto(f"{site}/work")
    await take_and_ask(roads, number)
    await reply(people.house, site, number)
    await cannot_see(people.house, site, address)
    await give_interim(roads, number, datetime.now(UTC).date() + timedelta(days=3))
    await waits(people.head, site, "promised", number)
    await send_for_approval(roads, FIRST_DRAFT)
    await send_back(people.head, site, number)
    await rework(roads, number)
    await approve_and_close(people.head, site, number)
    for page in (people.operator, people.head, people.house):
        await waits_nowhere(page, site)
    await assert_story(people.operator, address)
    await assert_audited(browser, site, engine, number)
