"""Suggestions as people meet them: on a case, beside manual entry, by the API, in «Справочники»."""

import re
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from app.accounts.roles import GRANTS, Role
from app.cases.codes import State
from app.cases.models import Classifier, Place, Workflow
from app.cases.repository import case_by_id
from app.engine.client import Engine
from app.settings import Settings
from app.suggestions.current import forget_suggestions
from app.viewer import EVERYWHERE, Scope, Viewer
from indexers.learning.run import learn_now
from tests.factories import site
from tests.integration.search_corpus import case, put
from tests.integration.suggestions.test_learning import WATER, town
from tests.web.intake_browser import HX

BASE = "http://127.0.0.1:8000"
_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')
_FORM = re.compile(
    r'<form method="post" action="(/cases/id-0500/actions/classify)".*?</form>', re.DOTALL
)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
TEXT = "Опять нет горячей воды на улице Мира, дом 14, пахнет газом. Просим разобраться"
OPERATOR = Viewer("oper", permissions=GRANTS[Role.OPERATOR].permissions, scopes=(EVERYWHERE,))
ADMIN = Viewer("admin", permissions=GRANTS[Role.ADMINISTRATOR].permissions)


def opened(settings: Settings, viewer: Viewer) -> AsyncTestClient[Any]:
    return AsyncTestClient(site(settings, viewer), base_url=BASE)


@pytest.fixture
async def learned(engine: Engine, settings: Settings) -> Engine:
    new = {"state": State.NEW, "classifier": Classifier(), "workflow": Workflow(), "place": Place()}
    await put(engine, [*town(), case(500, TEXT, **new)])
    assert await learn_now(engine, settings)
    forget_suggestions(engine)
    return engine


async def test_a_suggestion_is_one_press_and_is_taken_back(
    learned: Engine, settings: Settings
) -> None:
    async with opened(settings, OPERATOR) as client:
        whole = (await client.get("/cases/id-0500")).text
        assert 'hx-get="/cases/id-0500/suggestions"' in whole
        part = await client.get("/cases/id-0500/suggestions", headers=HX)
        assert "<html" not in part.text
        assert "HX-Request" in part.headers["vary"]
        assert "опасно" in (await client.get("/cases/id-0500/suggestions")).text or part.text
        assert "слова «пахнет газом»" in part.text
        assert 'data-hotkey="1"' in part.text
        form = _FORM.search(part.text)
        assert form
        fields = dict(_HIDDEN.findall(form[0]))
        assert fields["im_theme"] == WATER.replace("&", "&amp;")
        done = await client.post(form[1], data=fields, headers=HX)
        assert "Изменена тема" in done.text
        assert "Отменить" in done.text
        case_now = await case_by_id(learned, "id-0500")
        assert case_now
        assert case_now.classifier.im_theme == WATER
        assert "стоит" in (await client.get("/cases/id-0500/suggestions", headers=HX)).text


async def test_whoever_may_not_see_the_case_is_told_nothing(
    learned: Engine, settings: Settings
) -> None:
    elsewhere = Viewer(
        "far",
        permissions=GRANTS[Role.OPERATOR].permissions,
        scopes=(Scope(frozenset({"Далеко"}), None, None),),
    )
    async with opened(settings, elsewhere) as client:
        answer = await client.get("/cases/id-0500/suggestions", headers=HX)
        assert answer.status_code == 404
        assert "газ" not in answer.text


async def test_manual_entry_is_helped_while_one_types(learned: Engine, settings: Settings) -> None:
    async with opened(settings, OPERATOR) as client:
        form_page = await client.get("/cases/new")
        found = _TOKEN.search(form_page.text)
        assert found
        key = re.search(r'name="key" value="([0-9A-Z]+)"', form_page.text)
        assert key
        typed = {"_csrf_token": found[1], "key": key[1], "text": TEXT, "channel": "phone"}
        beside = await client.post("/cases/new/check", data=typed, headers=HX)
        assert "слова «пахнет газом»" in beside.text
        assert WATER in beside.text  # a theme of the starter list: the form bears it
        use = re.search(r'name="use" value="(theme:[^"]+)"', beside.text)
        assert use
        filled = await client.post("/cases/new", data={**typed, "use": use[1]}, headers=HX)
        assert filled.status_code == 200
        code = use[1].partition(":")[2]
        assert re.search(rf'<option value="{code}" selected>', filled.text)
        assert TEXT in filled.text
        address = re.search(r'name="use" value="(address:[^"]+)"', beside.text)
        assert address
        placed = await client.post("/cases/new", data={**typed, "use": address[1]}, headers=HX)
        assert "Мира, 14" in placed.text
        odd = await client.post("/cases/new", data={**typed, "use": "channel:vk"}, headers=HX)
        assert odd.status_code == 200
        assert await client.post("/cases/new/check", data={**typed, "text": ""}, headers=HX)


async def test_the_api_answers_as_agreed(learned: Engine, settings: Settings) -> None:
    async with opened(settings, OPERATOR) as client:
        found = _TOKEN.search((await client.get("/search")).text)
        assert found
        headers = {"x-csrftoken": found[1]}
        answer = await client.post("/api/v1/suggest", json={"text": TEXT}, headers=headers)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert {"themes", "departments", "importance", "place", "gist"} <= told.keys()
        assert told["themes"][0]["value"] == WATER
        assert {"value", "group", "score"} <= told["themes"][0].keys()
        assert told["importance"]["value"] == "high"
        assert told["place"]["street"] == "Мира"
        assert told["place"]["lat"]
        for wrong in ({}, {"text": ""}, {"text": 5}, {"text": "я" * 20_001}):
            bad = await client.post("/api/v1/suggest", json=wrong, headers=headers)
            assert bad.status_code == 400
            assert bad.json()["error"]["field"] == "text"


async def test_the_books_are_edited_and_say_how_good_the_model_is(
    learned: Engine, settings: Settings
) -> None:
    async with opened(settings, ADMIN) as client:
        found = _TOKEN.search((await client.get("/books")).text)
        assert found
        token = {"_csrf_token": found[1]}
        assert "пахнет газом" in (await client.get("/books/danger")).text
        new = {
            "name": "Мост",
            "phrases": "мост трещит",
            "why": "можно упасть",
            "importance": "high",
        }
        made = await client.post("/books/danger", data={**token, **new})
        assert "Добавлено: «Мост»" in made.text
        bad = await client.post("/books/danger", data={**token, **new, "phrases": " "})
        assert bad.status_code == 400
        assert "хотя бы одно слово" in bad.text
        stale = await client.post("/books/danger/most", data={**token, **new, "version": "9"})
        assert stale.status_code == 409
        off = await client.post("/books/danger/most", data={**token, **new, "version": "1"})
        assert "выключено" in off.text
        page = await client.get("/books/suggestions")
        assert "Модель № 1" in page.text
        wrong = await client.post("/books/suggestions", data={**token, "theme": "30"})
        assert wrong.status_code == 400
        kept = await client.post("/books/suggestions", data={**token, "theme": "95"})
        assert "Сохранено" in kept.text
        assert 'value="95"' in kept.text
    async with opened(settings, OPERATOR) as client:
        assert (await client.get("/books/danger")).status_code == 403
