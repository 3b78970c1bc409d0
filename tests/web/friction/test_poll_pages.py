"""«Опросы» and «Кому рассказать»: entered, loaded, attached; places of three messages and more."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from app.accounts.roles import Role
from app.cases.derived import with_derived_fields
from app.cases.models import Author, Case, Classifier, Place
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.polls.worth import worth_a_vote
from app.problems.access import marks_of
from app.problems.models import Problem
from app.road_maps.service import create_map
from app.settings import Settings
from tests.casework import COORDINATOR, EXECUTOR, case, person, store
from tests.factories import site
from tests.web.people import BASE, Visitor

POLLS, AUDIENCE = "/problems/polls", "/problems/audience"
NOW = datetime.now(UTC)
NORTH = person("north", Role.COORDINATOR, municipalities=["Север"])


def message(number: int, author: int, house: str, text: str = "Нет воды") -> Case:
    made = case(
        number,
        text=text,
        received_at=NOW - timedelta(days=3),
        author=Author(key=f"author-{author}"),
        classifier=Classifier(im_theme="Вода"),
        place=Place(municipality="Юг", street_type="ул.", street="Мира", house=house),
    )
    return with_derived_fields(made)


@pytest.fixture
async def town(engine: Engine) -> Engine:
    """Three people of house 5; of house 7 one person thrice; house 9 twice; ten authors at all."""
    texts = ["Прошу построить колонку"] * 4 + ["Мы против колонки"] * 4
    await store(
        engine,
        *(message(number, number, "5") for number in range(1, 4)),
        *(message(number, 1, "7") for number in range(4, 7)),
        *(message(number, number, "9") for number in range(7, 9)),
        *(message(number, number, str(number), text) for number, text in enumerate(texts, 20)),
    )
    problem = Problem(
        id="p1",
        founder="case-1",
        created_at=NOW,
        title="Вода, ул. Мира",
        theme="Вода",
        seen_by=marks_of("Юг", None, "site"),
        last_at=NOW,
    )
    await writer.create(engine, Index.PROBLEMS, "p1", msgspec.to_builtins(problem), refresh=True)
    return engine


@pytest.fixture
async def coordinator(town: Engine, settings: Settings) -> AsyncIterator[Visitor]:
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        yield Visitor(client)


async def test_results_are_entered_loaded_and_attached(coordinator: Visitor) -> None:
    bad = await coordinator.post(POLLS, {"title": "Колонка", "options": "За"})
    assert bad.status_code == 400
    assert 'value="Колонка"' in bad.text
    form = {"title": "Колонка", "options": "За: 30\nПротив: 10", "problem": "p1"}
    made = await coordinator.post(POLLS, form)
    assert made.status_code == 303
    poll = made.headers["location"].partition("#poll-")[2]
    assert "уже внесено" in (await coordinator.post(POLLS, form)).text
    page = (await coordinator.get(POLLS)).text
    assert "Вода, ул. Мира" in page
    assert "30 · 75\u00a0%" in page.replace(" %", "\u00a0%")
    await coordinator.post(f"{POLLS}/{poll}/detach", {"problem": "p1"})
    assert (await coordinator.post(f"{POLLS}/{poll}/attach", {"problem": "p2"})).status_code == 404
    assert (await coordinator.post(f"{POLLS}/{poll}/attach", {"problem": "p1"})).status_code == 303
    gone = await coordinator.post(f"{POLLS}/{poll}/remove")
    assert "Против" not in (await coordinator.get(POLLS)).text
    assert f"/{poll}/restore" in (await coordinator.get(gone.headers["location"])).text

    table = "title;option;votes\nКолонка;За;35\nКолонка;Против;11\nПарк;За;много\n"
    loaded = await coordinator.client.post(
        f"{POLLS}/load",
        data={"_csrf_token": await coordinator.token()},
        files={"file": ("votes.csv", table.encode(), "text/csv")},
    )
    assert loaded.status_code == 200
    assert "изменено: 1" in loaded.text
    assert "Строка 4:" in loaded.text
    assert "35 · 76" in loaded.text


async def test_what_is_worth_a_vote_is_counted_over_seen_cases(town: Engine) -> None:
    problems, themes = await worth_a_vote(town, COORDINATOR, NOW)
    assert problems == []
    [water] = themes
    assert (water.theme, water.messages, water.authors, water.divided) == ("Вода", 16, 13, True)
    assert await worth_a_vote(town, NORTH, NOW) == ([], [])


async def test_what_has_a_road_map_needs_no_vote(town: Engine) -> None:
    for number in (*range(1, 4), *range(20, 28)):
        read = await town.get(Index.CASES, f"case-{number}")
        assert read
        await writer.replace(town, read, {**read.source, "problem": {"id": "p1"}})
    await town.refresh(Index.CASES)
    [problem], _ = await worth_a_vote(town, COORDINATOR, NOW)
    assert problem.problem
    assert (problem.problem.id, problem.authors) == ("p1", 11)
    [division] = problem.divisions
    assert division.what == "колонка"
    assert (division.wanted.authors, division.against.authors) == (4, 4)
    assert division.wanted.words == ["построить колонку"]
    assert division.against.words == ["против колонки"]
    assert division.against.example == "Мы против колонки"
    await create_map(town, COORDINATOR, "p1", "Колонка")
    await town.refresh(Index.ROAD_MAPS)
    assert (await worth_a_vote(town, COORDINATOR, NOW))[0] == []


async def test_places_of_few_are_never_shown(coordinator: Visitor, settings: Settings) -> None:
    asked = f"{AUDIENCE}?{urlencode({'theme': 'Вода'})}"
    page = (await coordinator.get(asked)).text
    assert "ул. Мира (Юг)" in page
    assert "дом 5" in page
    for house in ("дом 7", "дом 9", "дом 20"):
        assert house not in page
    table = await coordinator.get(asked.replace(AUDIENCE, f"{AUDIENCE}.csv"))
    lines = table.content.decode("utf-8-sig").splitlines()[1:]
    assert lines == ["Юг;;ул. Мира;;16;13", "Юг;;ул. Мира;5;3;3"]
    form = {"theme": "Вода", "where": "Объявления", "on": "2026-03-01", "text": "Чиним"}
    assert (await coordinator.post(f"{AUDIENCE}/published", form)).status_code == 303
    assert "Объявления" in (await coordinator.get(asked)).text
    late = await coordinator.post(f"{AUDIENCE}/published", {**form, "on": "вчера"})
    assert late.status_code == 400
    assert "Чиним</textarea>" in late.text
    async with AsyncTestClient(site(settings, NORTH), base_url=BASE) as client:
        assert "Таких мест нет" in (await Visitor(client).get(asked)).text
        hidden = await Visitor(client).get(f"{AUDIENCE}?problem=p1")
        assert hidden.status_code == 404
    async with AsyncTestClient(site(settings, EXECUTOR), base_url=BASE) as client:
        assert (await Visitor(client).post(f"{AUDIENCE}/published", form)).status_code == 403
