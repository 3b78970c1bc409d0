"""«Сегодня» on the real engine: every number is that of the list it leads to, for everybody."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.cases.codes import DONE_STATES
from app.cases.permissions import may_see
from app.engine.client import Engine
from app.permissions import Permission
from app.search.params import parse_params
from app.search.service import search
from app.settings import Settings
from app.today.contexts import OUTSIDE, Number, TodayView, today_view
from app.today.service import Today, read_today
from app.viewer import Viewer
from app.work.params import parse_work
from app.work.service import open_queue
from tests.integration.search_corpus import filled
from tests.integration.work_town import BOOK, NOW, VIEWERS, ZONE, town

TOWN = town()
DAY = NOW.astimezone(ZONE).date()
LOOKERS = [one for one in VIEWERS if one.may(Permission.TODAY_VIEW)]


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    async with filled(settings, TOWN) as opened:
        yield opened


def numbers(view: TodayView) -> Iterator[Number]:
    """Everything on the page that can be counted again, once for each address."""
    found = {one.url: one.count for one in view.tiles}
    rows = [
        *view.people,
        *(row for block in view.blocks for row in (block.row, *block.departments)),
    ]
    for row in rows:
        for one in (row.open, row.overdue, row.today, *([row.silent] if row.silent else [])):
            assert found.setdefault(one.url, one.count) == one.count
    found |= {one.url: one.count for week in view.weeks for one in week if not one.past}
    found[view.open.url] = view.open.count
    return (Number(count, url) for url, count in found.items())


async def total(engine: Engine, viewer: Viewer, url: str) -> int:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query)
    if parts.path == "/search":
        return (await search(engine, parse_params(pairs), viewer, ZONE)).total
    assert parts.path == "/work"
    return (await open_queue(engine, parse_work(pairs), viewer, ZONE, NOW)).facets.total


async def today(engine: Engine, viewer: Viewer) -> Today:
    found = await read_today(engine, viewer, ZONE, NOW)
    return Today(found.moment, found.numbers, BOOK, found.staff, found.calendar)


async def test_every_number_is_that_of_its_list(engine: Engine) -> None:
    seen = set()
    for viewer in LOOKERS:
        view = today_view(await today(engine, viewer), viewer)
        for number in numbers(view):
            listed = await total(engine, viewer, number.url)
            assert number.count == listed, (viewer.name, number.url)
            if number.count:
                seen.add(dict(parse_qsl(urlsplit(number.url).query)).get("queue", "search"))
    assert seen == {
        *("search", "overdue", "today", "silent", "slipped", "returned"),
        *("free", "moderation", "approval", "open"),
    }, "a town in which nothing is asked proves nothing"


async def test_what_came_is_counted_whatever_became_of_it(engine: Engine) -> None:
    viewer = LOOKERS[0]
    found = (await today(engine, viewer)).numbers

    def came(day: date) -> int:
        here = [one for one in TOWN if may_see(viewer, one)]
        return sum(one.received_at.astimezone(ZONE).date() == day for one in here)

    assert (found.yesterday, found.today) == (came(DAY - timedelta(days=1)), came(DAY))
    assert found.yesterday > 0
    assert found.today > 0


async def test_weeks_begin_on_monday_and_know_days_off(engine: Engine) -> None:
    view = today_view(await today(engine, LOOKERS[0]), LOOKERS[0])
    days = [one for week in view.weeks for one in week]
    assert days[0].day.weekday() == 0
    assert [one.day for one in days if one.today] == [DAY]
    assert {one.off for one in days if one.day.weekday() > 4} == {True}
    held = [one for one in TOWN if one.state not in DONE_STATES and one.deadline_at]

    def due(day: date) -> int:
        local = [one.deadline_at.astimezone(ZONE).date() for one in held if one.deadline_at]
        return local.count(day)

    assert {one.day: one.count for one in days if not one.past} == {
        one.day: due(one.day) for one in days if not one.past
    }


async def test_departments_lie_in_their_blocks(engine: Engine) -> None:
    view = today_view(await today(engine, LOOKERS[0]), LOOKERS[0])
    inside = {block.row.name: {one.name for one in block.departments} for block in view.blocks}
    assert inside["Городское хозяйство"] == {"Отдел дорог", "Служба света"}
    assert inside["Жильё"] == {"Отдел жилья"}
    assert OUTSIDE not in inside
    for block in view.blocks:
        assert block.row.open.count == sum(one.open.count for one in block.departments)
        assert block.row.overdue.count == sum(one.overdue.count for one in block.departments)


def test_nobody_of_the_town_is_left_out() -> None:
    assert {one.name for one in LOOKERS} >= {"gusev", "kira", "pavel", "boris"}
    assert not any(one.may(Permission.TODAY_VIEW) for one in VIEWERS if one.name == "ivanov")
    assert datetime.now(ZONE) > NOW
