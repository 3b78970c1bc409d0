"""«Рост» and «Прогноз» as pages: with htmx, without it, and for who may only look."""

import re
from collections.abc import AsyncIterator

import pytest
from litestar.testing import AsyncTestClient
from msgspec.structs import replace

from app.accounts.roles import Role
from app.engine.client import Engine
from app.engine.names import Index
from app.forecasts.service import forget_outlooks
from app.growth.watching import watch
from app.problems import repository as problems
from app.problems.access import marks_of
from app.problems.models import ProblemState
from app.settings import Settings
from indexers.problems.growing import mark_growing
from tests.boarding import problem, store_problems
from tests.casework import COORDINATOR, person
from tests.factories import site
from tests.growing_town import NOW, ZONE, Maker, join, town
from tests.integration.search_corpus import put
from tests.web.people import BASE, HX, Visitor

LOOKER = person("glava", Role.HEAD)
_DISMISS = re.compile(r'action="(/problems/growth/[^"]+/no)"')
_UNDO = re.compile(r'action="(/problems/growth/[^"]+/undo)"')


@pytest.fixture
async def coordinator(engine: Engine, settings: Settings) -> AsyncIterator[Visitor]:
    forget_outlooks()
    made = Maker()
    made.number = 8000
    older = [made(day, f"o{day}", "Снег") for day in range(120, 330, 2)]
    await put(engine, [*town(), *older])
    await join(engine)
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        yield Visitor(client)


async def test_growth_is_seen_dismissed_and_brought_back(
    coordinator: Visitor, engine: Engine, settings: Settings
) -> None:
    empty = await coordinator.get("/problems/growth")
    assert "Рост ещё не считали" in empty.text
    await watch(engine, ZONE, NOW)
    before = (await coordinator.get("/problems/growth")).text
    assert '<a href="/problems/p1">Ямы</a>' in before, "until it is there, told by its theme"
    seen_by = marks_of("Зареченск", "Отдел", "site")
    await store_problems(engine, problem(1, title="Ямы: ул. Садовая", seen_by=seen_by))
    await mark_growing(engine)
    await engine.refresh(Index.PROBLEMS)
    titled = (await coordinator.get("/problems/growth")).text
    (figure,) = re.findall(r'">Ямы: ул. Садовая</a>.*?data-open>([^<]+)</a>', titled, re.DOTALL)
    for address in ("/problems", "/problems/p1"):
        assert f"Растёт: {figure}" in (await coordinator.get(address)).text, "one figure"
    await store_problems(engine, problem(2, title="Ямы: ул. Новая", seen_by=seen_by))
    merged = {"state": ProblemState.MERGED, "merged_into": "p2", "growing": False}
    await problems.change(engine, "p1", lambda one: replace(one, **merged))
    page = await coordinator.get("/problems/growth")
    assert page.headers["vary"] == "HX-Request"
    for told in ("11 за 3 дня, обычно", "Зареченск, Слобода", "<polyline", "12 сообщений"):
        assert told in page.text.replace("\u00a0", " "), told
    assert "theme=%D0%AF%D0%BC%D1%8B&amp;municipality=" in page.text
    assert '<a href="/problems/p2">Ямы: ул. Новая</a>' in page.text, "a merged one leads on"
    assert page.text.count('<h2 class="growth-name">') == 2

    first, second = _DISMISS.findall(page.text)
    part = await coordinator.post(first, headers=HX)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert _DISMISS.findall(part.text) == [second]
    (undo,) = _UNDO.findall(part.text)
    plain = await coordinator.post(undo)
    assert (plain.status_code, plain.headers["location"]) == (303, "/problems/growth")
    assert len(_DISMISS.findall((await coordinator.get("/problems/growth")).text)) == 2
    absent = await coordinator.post("/problems/growth/absent/no")
    assert absent.status_code == 404

    async with AsyncTestClient(site(settings, LOOKER), base_url=BASE) as client:
        looker = Visitor(client)
        assert not _DISMISS.findall((await looker.get("/problems/growth")).text)
        assert (await looker.post(first)).status_code == 403


async def test_the_forecast_says_how_far_it_was_off(coordinator: Visitor) -> None:
    page = (await coordinator.get("/problems/forecast")).text.replace("\u00a0", " ")
    for told in ("На последних 12 неделях", "Снег", "Зареченск", "от ", "80 %"):
        assert told in page, told
    assert 'aria-current="page">Прогноз' in page


async def test_the_forecast_is_narrowed_and_tells_of_too_few(coordinator: Visitor) -> None:
    here = "/problems/forecast"
    place = (await coordinator.get(f"{here}?level=settlement&theme=Снег")).text
    assert "По темам и населённым пунктам" in place
    assert '<option value="Снег" selected>' in place
    assert 'name="level" value="settlement"' in place
    assert "сообщения без населённого пункта" in place
    none = (await coordinator.get(f"{here}?level=district")).text
    assert "Прогноза нет" in none
    assert 'aria-current="true">районы' in none
    assert (
        "По выбранному за последние полгода сообщений нет"
        in (await coordinator.get(f"{here}?municipality=Нигде")).text
    )
    wrong = await coordinator.get(f"{here}?level=street")
    assert wrong.status_code == 400
    assert "Так территории не разделить" in wrong.text


async def test_a_problem_tells_what_is_forecast_of_its_theme_there(
    coordinator: Visitor, engine: Engine
) -> None:
    seen_by = marks_of("Зареченск", "Отдел", "site")
    snow = problem(1, theme="Снег", municipality="Зареченск", settlement=None, seen_by=seen_by)
    rare = replace(snow, id="p2", theme="Лес")
    await store_problems(engine, snow, rare, replace(snow, id="p3", theme=None))
    assert "/problems/p1/forecast" in (await coordinator.get("/problems/p1")).text
    told = (await coordinator.get("/problems/p1/forecast", headers=HX)).text.replace("\u00a0", " ")
    whole = (await coordinator.get("/problems/forecast?theme=Снег")).text.replace("\u00a0", " ")
    weeks = re.findall(r'<td class="figures">(\d+)<span class="forecast-range">([^<]+)<', told)
    assert len(weeks) == 4
    assert weeks == re.findall(
        r'<td class="figures">(\d+)<span class="forecast-range">([^<]+)<', whole
    )
    assert "/problems/forecast?theme=" in told
    assert "<html" not in told
    assert "<html" in (await coordinator.get("/problems/p1/forecast")).text
    assert "сообщений нет" in (await coordinator.get("/problems/p2/forecast")).text
    assert "они не названы" in (await coordinator.get("/problems/p3/forecast")).text
    assert (await coordinator.get("/problems/p9/forecast")).status_code == 404
