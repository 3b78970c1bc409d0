"""Months, days and the same day: what a count says, its link finds."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.engine.client import Engine
from app.search.around import around
from app.search.params import parse_params
from app.search.results import Results
from app.search.service import search
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from tests.integration.search_corpus import at, case, filled

MIDNIGHT = datetime(2026, 3, 31, 21, tzinfo=UTC)
"""The first of April in Moscow."""


@pytest.fixture
async def town(settings: Settings) -> AsyncIterator[Engine]:
    cases = [
        case(
            number,
            f"Свет мигает {number}",
            received_at=MIDNIGHT + timedelta(hours=number * 17 - 500),
            place=at("Ленина" if number % 2 else "Мира", "1"),
        )
        for number in range(90)
    ]
    cases.append(case(500, "Свет погас", received_at=MIDNIGHT))
    cases.append(case(501, "Свет погас", received_at=MIDNIGHT - timedelta(seconds=1)))
    async with filled(settings, cases) as engine:
        yield engine


async def found(engine: Engine, settings: Settings, address: str) -> Results:
    params = parse_params(parse_qsl(urlsplit(address).query))
    return await search(engine, params, LOCAL_VIEWER, settings.zone)


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "q=свет&street=Ленина",
        "q=свет&from=2026-03-20&to=2026-04-10",
        "month=2026-03&state=new",
        "month=2026-03&month=2026-04&street=Мира&from=2026-03-25",
    ],
)
async def test_counts_are_the_rows_behind_them(
    town: Engine, settings: Settings, asked: str
) -> None:
    params = parse_params(parse_qsl(asked))
    results = await search(town, params, LOCAL_VIEWER, settings.zone)
    chosen = params.values("month")
    for value in results.facets["month"]:
        alone = parse_params(
            [*(p for p in params.pairs() if p[0] != "month"), ("month", value.value)]
        )
        behind = await search(town, alone, LOCAL_VIEWER, settings.zone)
        assert behind.total == value.count, value
    if chosen:
        assert [value.value for value in results.facets["month"]][: len(chosen)] == list(chosen)
        counted = {value.value: value.count for value in results.facets["month"]}
        assert results.total == sum(counted[value] for value in chosen)
    timeline = around(params, results, settings.zone)["timeline"]
    for bar in timeline.bars[::9]:
        assert (await found(town, settings, bar.url)).total == int(bar.number)
    cleared = await found(town, settings, timeline.clear)
    assert cleared.total == sum(int(bar.number) for bar in timeline.bars)


async def test_days_are_those_of_the_municipality(town: Engine, settings: Settings) -> None:
    for month, number in (("2026-03", "26-000501"), ("2026-04", "26-000500")):
        results = await found(town, settings, f"/search?q=погас&month={month}")
        assert [hit.hit.number for hit in results.hits] == [number]
    assert [value.label for value in results.facets["month"]] == ["апрель 2026", "март 2026"]


async def test_the_same_day_leads_back_to_the_case(town: Engine, settings: Settings) -> None:
    results = await found(town, settings, "/search?q=свет&street=Мира")
    ways = around(parse_params([]), results, settings.zone)["same_day"]
    for hit in results.hits[:5]:
        links = ways[hit.hit.id]
        assert [link.label for link in links] == ["на этой улице", "по этой теме"]
        for link in links:
            there = await found(town, settings, link.url)
            assert hit.hit.id in {other.hit.id for other in there.hits}
