"""Growth on the real engine: what counts, alarms that are found again, dismissals, scope, pages."""

from asyncio import gather
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import msgspec
import numpy as np
import pytest

from app.cases.derived import with_derived_fields
from app.cases.models import Case, Place
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ForbiddenError, NotFoundError
from app.forecasts.contexts import forecast_view
from app.forecasts.params import ForecastParams, Level, parse_forecast
from app.forecasts.service import forget_outlooks, outlook
from app.growth import query, repository, service
from app.growth.contexts import alarm_row, cases_url
from app.growth.learned import read_state
from app.growth.models import Campaign, Dismissal, Series
from app.growth.watching import watch, watch_if_due
from app.permissions import Permission
from app.problems import repository as problems
from app.problems.models import Problem
from app.search.params import parse_params
from app.search.service import search
from app.settings import Settings
from app.viewer import EVERYWHERE, Scope, Viewer
from indexers.problems.growing import mark_growing
from tests.growing_town import LETTER, NOW, TODAY, ZONE, Maker, join, town
from tests.integration.search_corpus import filled, put

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

STREETS = ("ул. Мира", "ул. Садовая", "Лесной переулок", "проспект Победы")
OPENINGS = ("", "Добрый день! ", "Здравствуйте, ")
OWN_STREET = (
    "Прошу установить уличное освещение по адресу: {street}. В тёмное время суток ходить опасно, "
    "дети возвращаются из школы в темноте. Срок исполнения прошу указать в ответе."
)


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    forget_outlooks()
    async with filled(settings, town()) as opened:
        await join(opened)
        yield opened


async def test_growth_is_found_told_and_found_again(engine: Engine) -> None:
    two = await gather(watch(engine, ZONE, NOW), watch(engine, ZONE, NOW))
    assert [one.growing for one in two] == [2, 2]
    assert sum(one.began for one in two) == 2, "two that look at once find the same"
    again = await watch(engine, ZONE, NOW + timedelta(minutes=5))
    assert (again.growing, again.began, again.ended) == (2, 0, 0)
    told = {one.alarm.series: one for one in await service.growing(engine, MANAGER, ZONE)}
    by_place = Series("Ямы", "Зареченск", "Слобода")
    assert set(told) == {by_place, Series(problem="p1")}
    one = told[by_place]
    assert (one.seen, one.authors, one.alarm.seen) == (11, 11, 11)
    assert alarm_row(one, {}).text.startswith("11 за 3 дня, обычно ")
    assert one.alarm.expected == pytest.approx(one.expected, abs=0.3)
    assert sum(day.count for day in one.days[-3:]) == 11
    live = await service.of_problems(engine, MANAGER, ["p1", "p2"], ZONE)
    assert live == {"p1": told[Series(problem="p1")]}, "the same figures wherever it is told"
    assert await service.of_problems(engine, ELSEWHERE, ["p1"], ZONE) == {}
    assert await service.of_problems(engine, MANAGER, [], ZONE) == {}

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


async def test_letters_with_one_s_own_street_are_a_campaign_and_no_growth(engine: Engine) -> None:
    made = Maker()
    made.number = 7000

    def letter(number: int, days_ago: float) -> Case:
        where = Place(municipality="Зареченск", settlement="Слобода", street=STREETS[number % 4])
        kept = made(days_ago, f"l{number}", "Снег", place=where)
        words = OPENINGS[number % 3] + OWN_STREET.format(street=STREETS[number % 4])
        return msgspec.structs.replace(kept, text=words)

    await put(engine, [with_derived_fields(letter(one, one % 3)) for one in range(11)])
    await watch(engine, ZONE, NOW)
    told = await service.growing(engine, MANAGER, ZONE)
    assert {one.alarm.series.theme for one in told} == {"Ямы", None}
    one = next(
        one for one in await service.campaigns(engine, MANAGER, ZONE, NOW) if "осв" in one.text
    )
    assert (one.campaign.count, one.campaign.places, one.campaign.authors) == (11, 4, 11)
    assert len(await service.campaigns(engine, ELSEWHERE, ZONE, NOW)) == 0
    days = await service.series_of(engine, MANAGER, Series("Снег", "Зареченск"), ZONE, last=TODAY)
    quiet = [day.count for day in days[-3:]]
    await put(engine, [with_derived_fields(letter(20, 0))])
    await watch(engine, ZONE, NOW + timedelta(days=1))
    again = await service.campaigns(engine, MANAGER, ZONE, NOW + timedelta(days=1))
    (more,) = [each.campaign for each in again if "осв" in each.text]
    assert (more.norm_hash, more.count) == (one.campaign.norm_hash, 12)
    days = await service.series_of(engine, MANAGER, Series("Снег", "Зареченск"), ZONE, last=TODAY)
    assert [day.count for day in days[-3:]] == quiet, "what is shown leaves out all its texts"


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


async def test_what_others_see_takes_no_place_in_a_viewer_s_lists(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newer alarms, dismissals and campaigns of elsewhere, more than a page shows."""
    await watch(engine, ZONE, NOW)
    mine = await service.growing(engine, MANAGER, ZONE)
    campaigns = await service.campaigns(engine, MANAGER, ZONE, NOW)
    own = next(one.alarm for one in mine if one.alarm.series.theme)
    day = own.day + timedelta(days=1)
    for number in range(4):
        series = Series(f"Тема {number}", "Дальний")
        far = msgspec.structs.replace(own, id=f"far-{number}", series=series, began=day)
        await repository.create(engine, far)
        said = Dismissal("petrov", NOW, 5)
        late = datetime.now(UTC).date() + timedelta(days=1)
        away = msgspec.structs.replace(far, id=f"away-{number}", dismissed=said, ended=late)
        await repository.create(engine, away)
        text = Campaign(norm_hash=f"h{number}", count=9, places=9, authors=9, first=day, last=day)
        await repository.keep_campaign(engine, text)
    await engine.refresh(Index.GROWTH)
    monkeypatch.setattr(query, "SHOWN_PAGE", 2)
    monkeypatch.setattr(service, "_SHOWN_CAMPAIGNS", len(campaigns))
    assert await service.campaigns(engine, MANAGER, ZONE, NOW) == campaigns
    assert await service.growing(engine, MANAGER, ZONE) == mine
    await service.say_no_growth(engine, MANAGER, own.id, ZONE)
    (kept,) = await service.dismissed(engine, MANAGER, ZONE)
    assert kept.alarm.id == own.id


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
    view = forecast_view(found, ForecastParams()).table
    assert view is not None
    assert {row.theme for row in view.rows} == {"Снег", "Ямы"}
    snow = next(row for row in view.rows if row.theme == "Снег")
    assert 2 <= int(snow.weeks[0].value) <= 9
    row = found.weekly.themes.index("Снег")
    pairs = parse_qsl(urlsplit(snow.url).query)
    listed = (await search(engine, parse_params(pairs), MANAGER, ZONE)).total
    assert listed >= int(np.sum(found.weekly.counts[row, -4:]))
    blind = forecast_view(await outlook(engine, ELSEWHERE, ZONE, NOW), ForecastParams())
    assert (blind.table, blind.few, blind.young) == (None, [], True)


async def test_the_forecast_of_settlements_says_where_messages_are_too_few(engine: Engine) -> None:
    made = Maker()
    made.number = 9000
    village = {"place": Place(municipality="Зареченск", settlement="Луговое")}
    older = [made(day, f"o{day}", "Снег", **village) for day in range(0, 330, 4)]
    few = [made(day, f"f{day}", "Ямы", **village) for day in (20, 40, 60)]
    await put(engine, [*older, *few])
    found = await outlook(engine, MANAGER, ZONE, NOW, level=Level.SETTLEMENT)
    chosen = parse_forecast([("level", "settlement"), ("place", "Луговое"), ("theme", "Снег")])
    view = forecast_view(found, chosen)
    assert view.table is not None
    (row,) = view.table.rows
    assert (row.theme, row.where) == ("Снег", "Луговое, Зареченск")
    assert view.table.error == row.error, "accuracy of what was chosen"
    pairs = parse_params(parse_qsl(urlsplit(row.url).query))
    assert (await search(engine, pairs, MANAGER, ZONE)).total == 7, "one in four days of four weeks"
    assert sorted(view.choices[-1].options) == ["Луговое", "Слобода"]

    holes = forecast_view(found, replace(chosen, theme="Ямы"))
    assert holes.table is None
    assert holes.told.replace("\u00a0", " ").startswith("Для прогноза мало: 3 сообщения, а нужно")
    everything = forecast_view(found, ForecastParams(Level.SETTLEMENT))
    assert everything.table is not None
    assert ("Ямы, Луговое, Зареченск", "3\u00a0сообщения") in everything.few
    districts = await outlook(engine, MANAGER, ZONE, NOW, level=Level.DISTRICT)
    assert forecast_view(districts, ForecastParams(Level.DISTRICT)).table is None
    assert (await outlook(engine, MANAGER, ZONE, NOW)).weekly.places == ["", ""], "kept apart"


async def test_a_problem_says_that_it_grows_as_long_as_it_does(engine: Engine) -> None:
    await problems.create(engine, Problem(id="p1", created_at=NOW, founder="x", theme="Ямы"))
    await watch(engine, ZONE, NOW)
    assert await mark_growing(engine) == 1
    await engine.refresh(Index.PROBLEMS)
    assert await mark_growing(engine) == 0
    marked = await problems.survivor(engine, "p1")
    assert marked.growing
    await watch(engine, ZONE, NOW + timedelta(days=9))
    assert await mark_growing(engine) == 1
    assert not (await problems.survivor(engine, "p1")).growing
