"""Verdicts by the keyboard alone, the panel beside a case, all of it without scripts."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from app.accounts.roles import Role
from app.cases.codes import AnswerState, State
from app.cases.derived import with_derived_fields
from app.cases.models import Answer, Case, Classifier
from app.duplicates.pairs import offer
from app.engine.client import Engine
from app.settings import Settings
from app.similarity.models import MatchKind, OfferedPair
from tests.casework import case, store, stored
from tests.e2e.conftest import settled, visit
from tests.factories import make_user, open_session
from tests.serving import serving

Site = tuple[str, dict[str, str]]
SINCE = datetime(2026, 3, 9, 9, tzinfo=UTC)
TEXT = (
    "Во дворе дома 5 по улице Ленина третью неделю стоит глубокая яма, дети обходят её по дороге, "
    "машины объезжают по газону, обещали засыпать ещё в феврале"
)
LAMP = "Фонарь у дома 9 по улице Садовой мигает каждый вечер и мешает спать, уже {} раз просим"
TEXTS = (
    TEXT,
    TEXT.replace("глубокая", "огромная"),
    TEXT.replace("глубокая", "большая"),
    LAMP.format("второй"),
    LAMP.format("третий"),
)


def messages() -> list[Case]:
    made = [
        case(
            number,
            text=text,
            received_at=SINCE + timedelta(hours=number),
            deadline_at=None,
            classifier=Classifier(im_theme="Ямы"),
            state=State.IN_PROGRESS,
            work={"assignee": "olga"},
        )
        for number, text in enumerate(TEXTS, 1)
    ]
    answer = Answer("a1", "Яму засыплют до 15 марта.", state=AnswerState.SENT, at=SINCE)
    closed = case(
        9, text=f"{TEXT}!", state=State.CLOSED, closed_at=SINCE, answers=[answer], deadline_at=None
    )
    return [with_derived_fields(one) for one in (*made, closed)]


@pytest.fixture
async def site(settings: Settings, engine: Engine) -> AsyncIterator[Site]:
    """Olga's session; three pairs wait, the most doubtful is 1 and 2."""
    olga = await make_user(engine, settings, "olga", Role.COORDINATOR)
    await store(engine, *messages())
    for place, (one, other) in enumerate([(1, 2), (1, 3), (4, 5)]):
        pair = OfferedPair(
            a_id=f"case-{one}",
            b_id=f"case-{other}",
            kind=MatchKind.EDITED,
            score=0.6,
            doubt=0.9 - place / 10,
            why=["Тот же текст с правкой"],
            theme="Ямы",
            at=SINCE,
        )
        await offer(engine, [pair])
    async with serving(settings) as (url, _):
        yield url, await open_session(settings, olga)


async def main_of(engine: Engine, number: int) -> str | None:
    said = (await stored(engine, f"case-{number}")).get("duplicate") or {}
    return said.get("root")


async def press(page: Page, key: str) -> None:
    await page.keyboard.press(key)
    await settled(page)


async def test_the_queue_by_the_keyboard_alone(
    browser: Browser, site: Site, engine: Engine
) -> None:
    url, cookies = site
    async with visit(browser, f"{url}/duplicates", cookies=cookies) as page:
        rows, toast = page.locator(".dup-pair"), page.locator(".dup-toast")
        await expect(rows).to_have_count(3)
        await page.keyboard.press("y")  # nothing has the focus: no pair is meant
        await expect(rows).to_have_count(3)
        await page.keyboard.press("j")
        await expect(rows.first.locator("[data-open]")).to_be_focused()
        await press(page, "y")
        await expect(toast).to_contain_text("обращения связаны")
        await expect(rows).to_have_count(2)
        assert await main_of(engine, 2) == "case-1"
        await expect(rows.first.locator("[data-open]")).to_be_focused()
        await press(page, "n")
        await expect(toast).to_contain_text("больше не предложим")
        await expect(rows).to_have_count(1)
        await press(page, "h")
        await expect(toast).to_contain_text("не знаю")
        await expect(page.get_by_text("Проверять нечего")).to_be_visible()
        await press(page, "u")
        await expect(rows).to_have_count(1)
        await page.get_by_role("link", name="Дубли", exact=True).last.click()
        await expect(rows).to_have_count(1)
        await page.keyboard.press("j")
        await press(page, "u")
        await expect(rows).to_have_count(0)
        assert await main_of(engine, 2) is None


async def test_the_panel_of_a_case(browser: Browser, site: Site, engine: Engine) -> None:
    url, cookies = site
    async with visit(browser, f"{url}/cases/case-2", cookies=cookies) as page:
        panel = page.locator("#case-duplicates")
        found = panel.locator("[data-row]", has_text="26-000001")
        await expect(found).to_be_visible()
        await panel.get_by_role("button", name=re.compile("Вставить ответ из № 26-000009")).click()
        editor = page.locator("#answer textarea")
        await expect(editor).to_have_value(re.compile("до 15 марта.*26-000009", re.DOTALL))
        await found.locator("[data-open]").focus()
        await press(page, "y")
        await expect(panel.get_by_text("Группа дублей: 2")).to_be_visible()
        assert await main_of(engine, 2) == "case-1"
        await expect(editor).to_have_value(re.compile("15 марта"))  # what was typed stays
        await panel.get_by_role("button", name="Сделать главным: № 26-000002").click()
        await expect(panel.locator(".dup-group li").first).to_contain_text("26-000002")
        assert await main_of(engine, 1) == "case-2"
        await editor.blur()
        await press(page, "u")
        await expect(panel.locator(".dup-group li").first).to_contain_text("26-000001")


async def test_without_scripts(browser: Browser, site: Site, engine: Engine) -> None:
    url, cookies = site
    options = {"java_script_enabled": False}
    async with visit(browser, f"{url}/duplicates", cookies=cookies, **options) as page:
        rows = page.locator(".dup-pair")
        await rows.first.get_by_role("button", name=re.compile("да, это дубль")).click()
        await expect(rows).to_have_count(2)
        await page.get_by_role("button", name="Отменить").first.click()
        await expect(rows).to_have_count(3)
        await page.goto(f"{url}/cases/case-2")
        await page.get_by_role("link", name="Похожие обращения и ответы").click()
        await page.get_by_role("button", name=re.compile("26-000001: да, это дубль")).click()
        await expect(page.get_by_text("Группа дублей: 2")).to_be_visible()
        await page.get_by_role("button", name="Отвязать: № 26-000002").click()
        await expect(page.get_by_text("Группа дублей")).to_have_count(0)
        assert await main_of(engine, 2) is None
