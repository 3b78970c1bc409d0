"""Deadlines in «Справочники» in Chromium: for every eye, by keyboard, with and without scripts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page, expect

from app.cases.codes import Channel, Importance, Kind
from app.cases.models import Case, Place
from app.deadlines.editing import with_calendar, with_choices, with_ladder, with_profile
from app.deadlines.models import DEFAULT_CALENDAR, Profile, Stage, Unit
from app.deadlines.service import open_deadlines
from app.deadlines.shipped import LADDER
from app.engine.client import Engine
from app.recounts import service
from app.recounts.models import Recount, RecountState, Tally
from app.recounts.repository import RECOUNTS
from app.settings import Settings
from indexers import recount
from indexers.recount import run_recount
from tests.casework import case, store
from tests.e2e.conftest import BOSS, visit
from tests.e2e.eyes import findings

ROOT = "/books/deadlines"
PAGES = (
    *(ROOT, f"{ROOT}?profile=im-4h&start=2026-11-03T16:30", f"{ROOT}?profile=im-4h&start=вчера"),
    *(f"{ROOT}/profiles/im-4h", f"{ROOT}/profiles/new", f"{ROOT}/profiles/new?copy=im-2h"),
    *(f"{ROOT}/profiles/{'dlinnyy'}", f"{ROOT}/choices", f"{ROOT}/ladder"),
    *(f"{ROOT}/calendars", f"{ROOT}/calendars/new", f"{ROOT}/calendars/default?year=2025"),
    f"{ROOT}/calendars/yug?year=2040",
)
LONG = "Порядок, принятый " + "в_исполнение_распоряжения_" * 6
HOUR = 60
PATIENCE = 60_000


def cases() -> Iterator[Case]:
    """Some become late at once with fewer hours, some later with more."""
    now = datetime.now(UTC)
    for number in range(1, 13):
        yield case(
            number,
            Kind.MESSAGE if number % 4 else Kind.APPEAL,
            channel=Channel.VK,
            importance=Importance.HIGH if number % 5 == 0 else None,
            received_at=now - timedelta(hours=number * 5),
            registered_at=None if number % 4 else now,
            place=Place(municipality="Юг"),
            deadline_at=None,
        )


async def applied(engine: Engine, settings: Settings, job: Recount) -> None:
    await service.apply(engine, BOSS, job.id, moves=True)
    await run_recount(engine, settings, job.id)


async def changes(engine: Engine, settings: Settings) -> list[str]:
    """Ids of changes in every state there is."""
    now = await open_deadlines(engine, BOSS)
    profile = Profile(
        code="", name="Длинный", unit=Unit.WORKING_TIME, amount=HOUR, kind="message", basis=LONG
    )
    edit = with_profile(now.book, replace(profile, warn=[30]), 0)
    await applied(engine, settings, await service.propose(engine, settings, BOSS, now, edit))
    now = await open_deadlines(engine, BOSS)
    south = replace(DEFAULT_CALENDAR, code="", name="Юг", municipalities=["Юг"], lunch="")
    done = await service.propose(engine, settings, BOSS, now, with_calendar(now.book, south, 0))
    await applied(engine, settings, done)
    now = await open_deadlines(engine, BOSS)
    choices = [
        replace(one, profile="dlinnyy")
        if (one.stage, one.kind, one.says) == (Stage.ANSWER, "message", 1)
        else one
        for one in now.book.choices
    ]
    edits = [with_choices(now.book, choices)] + [
        with_ladder(now.book, [LADDER[0], replace(LADDER[1], after=after)])
        for after in (10, 20, 30)
    ]
    ready, counting, moving, lost = [
        await service.propose(engine, settings, BOSS, now, edit) for edit in edits
    ]
    busy = {"state": RecountState.COUNTING, "open": 90_000, "preview": Tally(checked=31_000)}
    await RECOUNTS.change(engine, counting.id, lambda _: busy)
    at = datetime.now(UTC)
    moves = {"state": RecountState.APPLYING, "applied_at": at, "applied_by": "boss"}
    await RECOUNTS.change(engine, moving.id, lambda _: moves)
    await RECOUNTS.change(engine, lost.id, lambda _: service.outdated("Справочник изменили."))
    return [done.id, ready.id, counting.id, moving.id, lost.id]


async def test_axe_finds_nothing_serious(
    browser: Browser,
    product: str,
    engine: Engine,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recount, "SETTLE_SECONDS", 0.05)
    await store(engine, *cases())
    paths = [*PAGES, *(f"{ROOT}/changes/{one}" for one in await changes(engine, settings))]
    found = []
    async with visit(browser, f"{product}/me", refused=True) as page:
        for path in paths:
            found += await findings(page, f"{product}{path}")
        await expect(page.locator("#change")).to_be_visible()
    assert not found, "\n".join(found)


async def pressed(page: Page, name: str) -> None:
    """A button as hands on the keyboard reach it."""
    await page.get_by_role("button", name=name).focus()
    await page.keyboard.press("Enter")


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("scripts", [True, False], ids=["htmx", "plain"])
async def test_a_change_is_seen_before_it_is_made(
    browser: Browser, product: str, engine: Engine, scripts: bool
) -> None:
    await store(engine, *cases())
    start = f"{product}{ROOT}/calendars/default"
    async with visit(browser, start, java_script_enabled=scripts) as page:
        await page.get_by_label("Обед").fill("12:00-14:00")
        await pressed(page, "Показать, что изменится")
        await expect(page.get_by_role("heading", name="Что сдвинется")).to_be_visible()
        await expect(page.get_by_text("Ещё не применено")).to_be_visible()
        shown = await page.locator("tr[data-row]").count()
        assert shown > 2
        numbers = await page.locator("tr[data-row] a").all_inner_texts()
        await pressed(page, "Применить и сдвинуть")
        await expect(page.locator("#change h2").first).to_contain_text("Применяется")
        await moved(page, scripts=scripts)
        assert await page.locator("tr[data-row] a").all_inner_texts() == numbers
        await page.locator("tr[data-row] a").first.click()
        await expect(page.get_by_text("Изменили календарь").first).to_be_visible()


async def moved(page: Page, *, scripts: bool) -> None:
    """Until a worker has done it: by itself with scripts, else whoever waits presses reload."""
    done = page.locator("#change h2", has_text="Применено")
    for _ in range(1 if scripts else 60):
        if not scripts:
            await page.wait_for_timeout(1_000)
            await page.reload()
        if scripts or await done.count():
            break
    await expect(done.first).to_be_visible(timeout=PATIENCE)
