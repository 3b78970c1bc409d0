"""Growth on the real engine: what counts, alarms that are found again, dismissals, scope, pages."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from app.cases.codes import State
from app.cases.models import Author, Case, Classifier, Duplicate, Place, Workflow
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ForbiddenError, NotFoundError
from app.forecasts.contexts import forecast_view
from app.forecasts.service import forget_outlooks, outlook
from app.growth import service
from app.growth.contexts import alarm_row, cases_url
from app.growth.learned import read_state
from app.growth.models import Series
from app.growth.watching import watch, watch_if_due
from app.permissions import Permission
from app.search.params import parse_params
from app.search.service import search
from app.settings import Settings
from app.viewer import EVERYWHERE, Scope, Viewer
from tests.integration.search_corpus import case, filled, put

ZONE = ZoneInfo("Europe/Moscow")
NOW = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)
TODAY = NOW.astimezone(ZONE).date()
LETTER = (
    "Просим глав районов не закрывать школы и детские сады на следующий год, "
    "подпишите и вы это обращение, нас уже тысячи"
)
MANAGER = Viewer(
    "ivanova",
    permissions=frozenset(
        {Permission.CASE_VIEW, Permission.PROBLEM_VIEW, Permission.PROBLEM_MANAGE}
    ),
    scopes=(EVERYWHERE,),
)
ELSEWHERE = msgspec.structs.replace(
    MANAGER, name="petrov", scopes=(Scope(frozenset({"Дальний"}), None, None),)
)


class Maker:
    def __init__(self) -> None:
        self.number = 0

    def __call__(self, days_ago: float, author: str | None, theme: str, **fields: object) -> Case:
        self.number += 1
        values: dict[str, object] = {
            "received_at": NOW - timedelta(days=days_ago, minutes=self.number % 50),
            "author": Author(key=author),
            "classifier": Classifier(im_theme=theme),
            "place": Place(municipality="Зареченск", settlement="Слобода"),
            "state": State.NEW,
            "workflow": Workflow(department="Отдел"),
            **fields,
        }
        return case(self.number, f"Текст {self.number}", **values)


def town() -> list[Case]:
    """A theme that grows in the last days, one that does not, copies, a campaign, proposals."""
    made = Maker()
    cases = [made(day, f"u{day}", "Ямы") for day in range(3, 119, 2)]
    cases += [made(day, f"s{day}", "Снег") for day in range(0, 119, 2)]
    grown = [made(one % 3, f"g{one}", "Ямы", tags=["p1"]) for one in range(11)]
    cases += grown
    root = Duplicate(of=grown[0].id, root=grown[0].id)
    cases += [made(0, f"c{one}", "Снег", duplicate=root) for one in range(9)]
    cases += [made(0, "one", "Снег") for _ in range(9)]
    cases += [made(0, f"p{one}", "Снег", tags=["предложение"]) for one in range(9)]
    cases += [made(0, f"r{one}", "Снег", state=State.REJECTED) for one in range(9)]
    for one in range(12):
        place = Place(municipality="Зареченск", settlement="Слобода", street=f"Улица {one}")
        letter = made(1, f"k{one}", "Снег", place=place)
        cases.append(msgspec.structs.replace(letter, text=LETTER, norm_hash="campaign"))
    return cases


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    forget_outlooks()
    async with filled(settings, town()) as opened:
        await _join(opened)
        yield opened


async def _join(engine: Engine) -> None:
    """Those tagged so are of a problem."""
    tagged = {"term": {"tags": "p1"}}
    hits = (await engine.search(Index.CASES, {"query": tagged, "size": 50}))["hits"]["hits"]
    operations = [
        part
        for hit in hits
        for part in (
            {"index": {"_index": engine.write_alias(Index.CASES), "_id": hit["_id"]}},
            {**hit["_source"], "problem": {"id": "p1"}},
        )
    ]
    assert not (await engine.client.bulk(operations=operations, refresh=True))["errors"]


async def test_growth_is_found_told_and_found_again(engine: Engine) -> None:
    first = await watch(engine, ZONE, NOW)
    assert (first.growing, first.began) == (2, 2)
    again = await watch(engine, ZONE, NOW + timedelta(minutes=5))
    assert (again.growing, again.began, again.ended) == (2, 0, 0)
    told = {one.alarm.series: one for one in await service.growing(engine, MANAGER, ZONE)}
    by_place = Series("Ямы", "Зареченск", "Слобода")
    assert set(told) == {by_place, Series(problem="p1")}
    one = told[by_place]
    assert (one.seen, one.authors, one.alarm.seen) == (11, 11, 11)
    assert alarm_row(one).text.startswith("11 за 3 дня, обычно ")
    assert one.alarm.expected == pytest.approx(one.expected, abs=0.3)
    assert sum(day.count for day in one.days[-3:]) == 11
    assert (await service.of_problem(engine, "p1")) is not None
    assert await service.of_problem(engine, "p2") is None

    url = cases_url(by_place, one.alarm.day - timedelta(days=2), one.alarm.day)
    pairs = parse_qsl(urlsplit(url).query)
    assert (await search(engine, parse_params(pairs), MANAGER, ZONE)).total == 11

    later = NOW + timedelta(days=9)
    assert (await watch(engine, ZONE, later)).ended == 2
    assert await service.growing(engine, MANAGER, ZONE) == []


async def test_campaigns_are_shown_as_such(engine: Engine) -> None:
    await watch(engine, ZONE, NOW)
    (seen,) = await service.campaigns(engine, MANAGER, ZONE, NOW)
    assert (seen.campaign.count, seen.campaign.places, seen.campaign.authors) == (12, 12, 12)
    assert seen.text == LETTER
    assert await service.campaigns(engine, ELSEWHERE, ZONE, NOW) == []


async def test_what_a_person_does_not_see_is_not_told(engine: Engine) -> None:
    await watch(engine, ZONE, NOW)
    alarm = (await service.growing(engine, MANAGER, ZONE))[0].alarm
    assert await service.growing(engine, ELSEWHERE, ZONE) == []
    with pytest.raises(NotFoundError):
        await service.say_no_growth(engine, ELSEWHERE, alarm.id, ZONE)
    with pytest.raises(ForbiddenError):
        await service.growing(engine, Viewer("nobody"), ZONE)
    days = await service.series_of(engine, ELSEWHERE, alarm.series, ZONE, last=TODAY)
    assert sum(one.count for one in days) == 0


async def test_what_was_called_no_growth_is_silent_until_it_grows_beyond(engine: Engine) -> None:
    await watch(engine, ZONE, NOW)
    alarm = next(
        one.alarm for one in await service.growing(engine, MANAGER, ZONE) if one.alarm.series.theme
    )
    await service.say_no_growth(engine, MANAGER, alarm.id, ZONE)
    (kept,) = await service.dismissed(engine, MANAGER, ZONE)
    assert kept.alarm.dismissed is not None
    assert (kept.alarm.dismissed.by, kept.alarm.dismissed.seen) == ("ivanova", 11)
    assert (await watch(engine, ZONE, NOW)).growing == 1
    back = await service.take_back(engine, MANAGER, alarm.id, ZONE)
    assert back.growing
    assert (await watch(engine, ZONE, NOW)).growing == 2
    await service.say_no_growth(engine, MANAGER, alarm.id, ZONE)

    made = Maker()
    made.number = 5000
    more = [made(0, f"m{one}", "Ямы") for one in range(40)]
    await put(engine, more)
    await watch(engine, ZONE, NOW)
    again = {one.alarm.series: one.alarm for one in await service.growing(engine, MANAGER, ZONE)}
    assert again[alarm.series].id != alarm.id
    assert again[alarm.series].seen == 51


async def test_the_look_is_due_once_an_hour_and_keeps_what_it_learned(engine: Engine) -> None:
    assert await watch_if_due(engine, ZONE, NOW)
    assert not await watch_if_due(engine, ZONE, NOW + timedelta(minutes=59))
    assert await watch_if_due(engine, ZONE, NOW + timedelta(minutes=61))
    state, _ = await read_state(engine)
    assert state.series > 0
    assert state.learned.day == (NOW + timedelta(minutes=61)).astimezone(ZONE).date()
    assert await engine.get(Index.GROWTH, "state") is not None


async def test_the_forecast_counts_what_the_viewer_sees(engine: Engine) -> None:
    made = Maker()
    made.number = 9000
    older = [made(day, f"o{day}", "Снег") for day in range(120, 330, 2)]
    await put(engine, older)
    found = await outlook(engine, MANAGER, ZONE, NOW)
    view = forecast_view(found)
    assert view is not None
    assert {row.theme for row in view.rows} == {"Снег", "Ямы"}
    snow = next(row for row in view.rows if row.theme == "Снег")
    assert 2 <= int(snow.weeks[0].value) <= 9
    row = found.weekly.themes.index("Снег")
    pairs = parse_qsl(urlsplit(snow.url).query)
    listed = (await search(engine, parse_params(pairs), MANAGER, ZONE)).total
    assert listed >= int(np.sum(found.weekly.counts[row, -4:]))
    assert forecast_view(await outlook(engine, ELSEWHERE, ZONE, NOW)) is None
