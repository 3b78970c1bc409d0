"""Deadlines in «Справочники»: look, check, change, see what would move, apply."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from msgspec.structs import replace

from app.accounts.roles import GRANTS, Role
from app.cases.codes import Channel, Kind
from app.cases.models import Case
from app.deadlines import alarm
from app.deadlines.country import FIRST_YEAR, LAST_YEAR
from app.deadlines.models import DEFAULT_CALENDAR
from app.deadlines.repository import save
from app.deadlines.service import forget_deadlines, open_deadlines
from app.engine.client import Engine
from app.permissions import Permission
from app.settings import Settings
from app.viewer import EVERYWHERE, Viewer
from indexers import recount
from indexers.recount import run_recount
from tests.casework import case, store
from tests.factories import site

BASE = "http://127.0.0.1:8000"
ROOT = "/books/deadlines"
_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')
ADMIN = Viewer("admin", permissions=GRANTS[Role.ADMINISTRATOR].permissions)
CLERK = Viewer("clerk", permissions=frozenset({Permission.CASE_VIEW}), scopes=(EVERYWHERE,))
BOTH = Viewer(
    "both",
    permissions=GRANTS[Role.ADMINISTRATOR].permissions | GRANTS[Role.COORDINATOR].permissions,
    scopes=(EVERYWHERE,),
)
OWN = {
    "name": "Свой порядок",
    "kind": "message",
    "stage": "answer",
    "amount": "6",
    "unit": "working_hour",
    "start": "next_working",
    "shift": "previous",
    "warn": "1 час, 30 минут",
    "basis": "Распоряжение № 7",
}

WEEK = {f"week-{day}": "09:00-18:00" if day < 5 else "" for day in range(7)} | {
    "name": "Обычная рабочая неделя",
    "zone": "Europe/Moscow",
    "lunch": "12:00-13:00",
    "shorten": "60",
    "country": "on",
    "active": "on",
}


@dataclass
class Desk:
    client: AsyncTestClient[Litestar]
    engine: Engine
    settings: Settings

    async def get(self, address: str, status: int = 200) -> str:
        answer = await self.client.get(address)
        assert answer.status_code == status, answer.text
        return answer.text

    async def post(self, address: str, **data: str) -> Response:
        found = _TOKEN.search(await self.get(ROOT))
        assert found
        sent = {**data, "_csrf_token": found[1]}
        return await self.client.post(address, data=sent, follow_redirects=True)

    async def applied(self, shown: Response, **form: str) -> str:
        """Presses the button of the page that shows a change, and lets a worker do the rest."""
        assert shown.status_code == 200, shown.text
        done = await self.post(shown.url.path, **(form or {"for": "all"}))
        assert done.status_code == 200, done.text
        await run_recount(self.engine, self.settings, shown.url.path.rpartition("/")[2])
        return await self.get(shown.url.path)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recount, "SETTLE_SECONDS", 0.05)


def cases() -> list[Case]:
    now = datetime.now(UTC)
    return [
        case(
            number,
            Kind.APPEAL if number > 6 else Kind.MESSAGE,
            channel=Channel.VK,
            received_at=now - timedelta(minutes=number),
            registered_at=now if number > 6 else None,
            deadline_at=None,
        )
        for number in range(1, 9)
    ]


@pytest.fixture
async def desk(settings: Settings, engine: Engine) -> AsyncIterator[Desk]:
    await store(engine, *cases())
    async with AsyncTestClient(site(settings, BOTH), base_url=BASE) as client:
        yield Desk(client, engine, settings)


async def test_profiles_are_listed_with_what_they_are_for(desk: Desk) -> None:
    page = await desk.get(ROOT)
    for words in (
        "59-ФЗ: рассмотрение, 30 дней",
        "30\u00a0календарных дней",
        "4\u00a0рабочих часа",
        "ПОС, высокая важность",
        "сам не выбирается",
        "из поставки",
    ):
        assert words in page


async def test_a_term_is_checked_with_its_working(desk: Desk) -> None:
    page = await desk.get(f"{ROOT}?profile=im-4h&start=2026-03-06T16:30")
    assert "Начало: пятница 06.03.2026, 16:30" in page
    assert "Срок: вторник 10.03.2026, до 11:30." in page
    wrong = await desk.get(f"{ROOT}?profile=im-4h&start=1990-01-01T10:00", 400)
    assert "вне календаря" in wrong
    assert "Начало пишется так" in await desk.get(f"{ROOT}?profile=im-4h&start=вчера", 400)
    await desk.get(f"{ROOT}?profile=absent&start=2026-03-06T16:30", 404)


async def test_a_copy_is_made_chosen_and_moves_what_was_shown(desk: Desk) -> None:
    copy = await desk.get(f"{ROOT}/profiles/new?copy=im-4h")
    assert "4 рабочих часа (копия)" in copy
    assert 'value="1 час, 30 минут"' in copy
    made = await desk.post(f"{ROOT}/profiles", **OWN)
    assert "Ни у одного открытого обращения срок не сдвинется" in made.text
    assert "Применено" in await desk.applied(made)
    form = await chosen(desk, {"im-4h": "svoy-poryadok"})
    shown = await desk.post(f"{ROOT}/choices", **form)
    assert "Применить и сдвинуть: 6\u00a0обращений" in shown.text
    assert "позже на" in shown.text
    assert (await open_deadlines(desk.engine, BOTH)).version == 1, "not yet applied"
    done = await desk.applied(shown)
    assert "Что сдвинулось" in done
    assert "<dt>Сдвинулось</dt><dd>6</dd>" in done
    story = await desk.get("/cases/case-1")
    assert "срок пересчитан" in story
    assert "Изменили правила выбора порядка расчёта. Ответ: было" in story
    listed = await desk.get(ROOT)
    assert "Последние изменения" in listed
    again = await desk.post(shown.url.path, **{"for": "all"})
    assert again.status_code == 409
    assert "уже решено" in again.text


async def chosen(desk: Desk, instead: dict[str, str]) -> dict[str, str]:
    """The form of the choices as the page has it, with some profiles in place of others."""
    book = (await open_deadlines(desk.engine, BOTH)).book
    form = {}
    for row, one in enumerate(book.choices):
        form |= {
            f"profile-{row}": instead.get(one.profile, one.profile),
            f"channel-{row}": one.channel or "",
            f"importance-{row}": one.importance or "",
        }
    return form


async def test_only_for_new_ones(desk: Desk) -> None:
    await desk.applied(await desk.post(f"{ROOT}/profiles", **OWN))
    form = await chosen(desk, {"im-4h": "svoy-poryadok"})
    done = await desk.applied(await desk.post(f"{ROOT}/choices", **form), **{"for": "new"})
    assert "Сроки открытых обращений остались прежними" in done
    assert "срок пересчитан" not in await desk.get("/cases/case-1")


async def test_a_mistake_stands_at_its_field_and_keeps_what_was_typed(desk: Desk) -> None:
    wrong = await desk.post(f"{ROOT}/profiles", **{**OWN, "amount": "0", "warn": "3 дня"})
    assert wrong.status_code == 400
    assert "пишется в часах и минутах" in wrong.text
    assert 'value="Свой порядок"' in wrong.text
    zero = await desk.post(f"{ROOT}/profiles", **{**OWN, "amount": "0"})
    assert 'id="amount-error"' in zero.text
    law = {**OWN, "kind": "appeal", "unit": "calendar_day", "amount": "31", "warn": ""}
    assert "не дольше 30 дней" in (await desk.post(f"{ROOT}/profiles", **law)).text
    form = await chosen(desk, {"im-4h": ""})
    lost = await desk.post(f"{ROOT}/choices", **form)
    assert lost.status_code == 400
    assert "Нужна общая строка «Ответ» для сообщений" in lost.text
    same = await desk.post(f"{ROOT}/choices", **await chosen(desk, {}))
    assert "Ничего не изменилось" in same.text


async def test_a_shipped_profile_is_shown_and_switched_off(desk: Desk) -> None:
    page = await desk.get(f"{ROOT}/profiles/im-9h")
    assert 'name="amount"' not in page
    assert "Закрыть" in page
    closed = await desk.applied(await desk.post(f"{ROOT}/profiles/im-9h/switch", version="1"))
    assert "Применено" in closed
    assert "Открыть снова" in await desk.get(f"{ROOT}/profiles/im-9h")
    used = await desk.post(f"{ROOT}/profiles/im-4h/switch", version="1")
    assert used.status_code == 400
    assert "Сначала выберите другой" in used.text
    late = await desk.post(f"{ROOT}/profiles/im-9h/switch", version="1")
    assert late.status_code == 409
    assert "изменил(а) both" in late.text


async def test_a_calendar_with_a_special_day(desk: Desk) -> None:
    page = await desk.get(f"{ROOT}/calendars/default?year=2027")
    assert "2027 год" in page
    assert "20.02.2027" in page, "a working Saturday"
    assert "рабочий день вместо выходного" in page
    assert "ещё не известны" in await desk.get(f"{ROOT}/calendars/default?year=2040")
    await desk.get(f"{ROOT}/calendars/default?year=99999")
    form = WEEK | {
        "version": "1",
        "day-0": "2026-07-10",
        "kind-0": "off",
        "note-0": "День посёлка",
        "day-1": "",
    }
    done = await desk.applied(await desk.post(f"{ROOT}/calendars/default", **form))
    assert "Применено" in done
    assert "День посёлка" in await desk.get(f"{ROOT}/calendars/default?year=2026")
    wrong = await desk.post(f"{ROOT}/calendars/default", **{**form, "version": "2", "week-0": "9"})
    assert wrong.status_code == 400
    assert 'id="week-0-error"' in wrong.text
    assert 'value="2026-07-10"' in wrong.text


async def test_days_that_changed_are_told_until_the_calendar_is_saved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the pages of calendars, on «Состояние» and on «Сегодня»."""
    monkeypatch.setattr(alarm, "known_years", lambda _: frozenset(range(FIRST_YEAR, LAST_YEAR + 1)))
    places = (f"{ROOT}/calendars", f"{ROOT}/calendars/default", "/system", "/today")
    words = "изменились с тех пор, как его сохраняли"
    stored = await open_deadlines(desk.engine, BOTH)
    year = datetime.now(UTC).year
    old = replace(DEFAULT_CALENDAR, seen={str(one): "0" * 16 for one in (year, year + 1)})
    wanted = replace(stored.book, calendars={"default": old})
    await save(desk.engine, stored, wanted, by="both", at=datetime.now(UTC))
    forget_deadlines(desk.engine)
    for place in places:
        assert words in await desk.get(place), place
    shown = await desk.post(f"{ROOT}/calendars/default", **WEEK, version="2")
    assert "Ни у одного открытого обращения срок не сдвинется" in shown.text
    await desk.applied(shown)
    forget_deadlines(desk.engine)
    for place in places:
        assert words not in await desk.get(place), place
    assert "выходные страны проверены" in await desk.get(f"{ROOT}/calendars/default")


async def test_the_ladder_is_edited(desk: Desk) -> None:
    assert 'value="16 часов"' in await desk.get(f"{ROOT}/ladder")
    form = {
        "after-0": "0",
        "code-0": "due",
        "to-0-executor": "on",
        "after-1": "45 минут",
        "to-1-curator": "on",
    }
    await desk.applied(await desk.post(f"{ROOT}/ladder", **form))
    ladder = (await open_deadlines(desk.engine, BOTH)).book.ladder
    assert [(one.code, one.after, list(one.to)) for one in ladder] == [
        ("due", 0, ["executor"]),
        ("after-45-curator", 45, ["curator"]),
    ]
    wrong = await desk.post(f"{ROOT}/ladder", **{**form, "after-1": "0"})
    assert wrong.status_code == 400
    assert "позже прежнего" in wrong.text


async def test_who_works_with_cases_reads_and_changes_nothing(
    desk: Desk, settings: Settings
) -> None:
    form = await chosen(desk, {"im-4h": "im-8h"})
    shown = await desk.post(f"{ROOT}/choices", **form)
    async with AsyncTestClient(site(settings, CLERK), base_url=BASE) as client:
        clerk = Desk(client, desk.engine, settings)
        for address in ("", "/profiles/im-4h", "/choices", "/ladder", "/calendars/default"):
            page = await clerk.get(f"{ROOT}{address}")
            assert "Показать, что изменится" not in page
            assert 'href="/books"' not in page
        seen = await clerk.get(shown.url.path)
        assert "26-000001" in seen
        assert "Применить" not in seen
        await clerk.get(f"{ROOT}/profiles/new", 403)
        assert (await clerk.post(shown.url.path, **{"for": "all"})).status_code == 403
    async with AsyncTestClient(site(settings, ADMIN), base_url=BASE) as client:
        seen = await Desk(client, desk.engine, settings).get(shown.url.path)
        assert "Применить и сдвинуть: 6\u00a0обращений" in seen
        assert "26-000001" not in seen, "an administrator sees no cases"
    async with AsyncTestClient(site(settings, Viewer("ghost")), base_url=BASE) as client:
        await Desk(client, desk.engine, settings).get(ROOT, 403)
