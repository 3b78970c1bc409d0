"""«Конфликты и ошибки общения» and the list of sharp words: as pages and in part."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import AsyncTestClient

from app.accounts.roles import Role
from app.cases.codes import State
from app.cases.models import Answer, Rating
from app.engine.client import Engine
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from indexers.friction.find import find_friction
from tests.casework import COORDINATOR, EXECUTOR, case, person, store
from tests.factories import site
from tests.web.people import BASE, HX, Visitor

HERE = "/problems/friction"


@pytest.fixture
async def coordinator(engine: Engine, settings: Settings) -> AsyncIterator[Visitor]:
    now = datetime.now(UTC)
    sent = Answer("a", "Фонарь починили", at=now - timedelta(days=2), by="house1")
    await store(
        engine,
        case(1, text="Надоело: не горит фонарь", received_at=now - timedelta(days=5)),
        case(2, state=State.ANSWERED, answers=[sent], rating=Rating(1, now)),
    )
    await find_friction(engine, settings)
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        yield Visitor(client)


async def test_the_list_is_judged_by_page_and_by_htmx(coordinator: Visitor) -> None:
    page = (await coordinator.get(HERE)).text
    assert "«надоело»: человек возмущён" in page
    assert "Автор поставил ответу 1 из 5" in page
    one = f"{HERE}/tone:case-1"
    plain = await coordinator.post(f"{one}/verdict", {"verdict": "yes", "back": f"{HERE}?days=30"})
    assert plain.headers["location"] == f"{HERE}?days=30&done=tone%3Acase-1"
    assert "записано как трение" in (await coordinator.get(plain.headers["location"])).text
    part = await coordinator.post(f"{one}/undo", {"back": HERE}, headers=HX)
    assert part.headers["vary"] == "HX-Request"
    assert "<html" not in part.text
    assert "«надоело»" in part.text
    refused = await coordinator.post(f"{one}/undo", {}, headers=HX)
    assert refused.status_code == 409
    assert "Отменить можно только свой" in refused.text
    assert "«надоело»" not in (await coordinator.get(f"{HERE}?kind=low_mark")).text
    assert (await coordinator.get(f"{HERE}?kind=love")).status_code == 400
    assert (await coordinator.get(f"{HERE}?show=yes")).text.count("data-row") == 0


async def test_who_may_not_judge_has_no_buttons(settings: Settings, coordinator: Visitor) -> None:
    async with AsyncTestClient(site(settings, EXECUTOR), base_url=BASE) as client:
        page = await Visitor(client).get(HERE)
    assert page.status_code == 200
    assert 'name="verdict"' not in page.text


async def test_the_page_of_a_case_says_what_was_found_there(
    settings: Settings, engine: Engine, coordinator: Visitor
) -> None:
    of = f"{HERE}/of"
    assert f'hx-get="{of}/case-1"' in (await coordinator.get("/cases/case-1")).text
    part = await coordinator.get(f"{of}/case-1", HX)
    assert "<html" not in part.text
    assert "Резкий тон" in part.text
    assert "«надоело»: человек возмущён" in part.text
    assert "Низкая оценка" not in part.text, "it is of another case"
    assert "kind=tone&amp;case=case-1" in part.text
    only = (await coordinator.get(f"{HERE}?show=all&case=case-1&days=0")).text
    assert only.count("data-row") == 1
    assert "Одно обращение" in only
    assert "<html" in (await coordinator.get(f"{of}/case-1")).text
    await store(engine, case(3, text="Спасибо, фонарь горит"))
    nothing = (await coordinator.get(f"{of}/case-3", HX)).text
    assert nothing.split() == ["<div", 'id="case-friction"', "hidden></div>"]
    assert "ничего такого не найдено" in (await coordinator.get(f"{of}/case-3")).text
    await coordinator.post(f"{HERE}/tone:case-1/verdict", {"verdict": "no", "back": HERE})
    assert "Резкий тон" not in (await coordinator.get(f"{of}/case-1", HX)).text
    stranger = person("far", Role.COORDINATOR, municipalities=["Инокраевск"])
    async with AsyncTestClient(site(settings, stranger), base_url=BASE) as client:
        assert (await Visitor(client).get(f"{of}/case-2")).status_code == 404


async def test_the_list_of_words_keeps_what_was_typed(settings: Settings, engine: Engine) -> None:
    async with AsyncTestClient(site(settings, LOCAL_VIEWER), base_url=BASE) as client:
        visitor = Visitor(client)
        assert "сколько можно" in (await visitor.get("/books/tone")).text
        wrong = await visitor.post("/books/tone", {"words": "Имя: смысл", "version": "0"})
        assert wrong.status_code == 400
        assert "Имя: смысл</textarea>" in wrong.text
        good = {"words": "Имя: смысл\nкак об стенку", "version": "0"}
        assert (await visitor.post("/books/tone", good)).status_code == 303
        assert (await visitor.post("/books/tone", good)).status_code == 409
        assert "Убрано: «Оскорбляет»" in (await visitor.get("/books/tone")).text
