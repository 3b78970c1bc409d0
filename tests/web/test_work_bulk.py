"""Marked rows: one action, told row by row, and taken back."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.cases.codes import Kind, State
from app.cases.models import Workflow
from app.engine.client import Engine
from app.engine.names import Index
from app.permissions import Permission
from app.settings import Settings
from app.viewer import EVERYWHERE, Viewer
from tests.factories import site
from tests.integration.search_corpus import case, filled

Client = AsyncTestClient[Litestar]
HX = {"HX-Request": "true"}
BASE = "http://127.0.0.1:8000"
OLGA = Viewer("olga", permissions=frozenset(Permission), scopes=(EVERYWHERE,))
HERE = "/work/do?queue=open"
_CSRF = re.compile(r'name="_csrf_token" value="([^"]+)"')
_KEY = re.compile(r'name="key" value="([^"]+)"')
_MARK = re.compile(r'name="id" value="([^"]+)" form="bulk"')
_UNDO = re.compile(r'type="hidden" name="id" value="([^"]+)"')


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    cases = [
        case(
            number,
            f"Свет мигает {number}",
            state=State.NEW,
            kind=Kind.MESSAGE,
            deadline_at=datetime.now(UTC) + timedelta(hours=number + 1),
            workflow=Workflow(department="Отдел", assignee="petr" if number == 3 else None),
        )
        for number in range(5)
    ]
    async with filled(settings, cases) as opened:
        yield opened


@pytest.fixture
async def client(engine: Engine, settings: Settings) -> AsyncIterator[Client]:
    async with AsyncTestClient(site(settings, OLGA), base_url=BASE) as opened:
        yield opened


async def sent(client: Client, form: dict[str, str | list[str]], hx: bool) -> tuple[int, str]:
    answer = await client.post(HERE, data=form, headers=HX if hx else {})
    assert ("<html" in answer.text) != hx
    return answer.status_code, answer.text


async def marked(client: Client) -> tuple[dict[str, str | list[str]], list[str]]:
    """A form as the page has it, and the marks of its rows."""
    text = (await client.get("/work?queue=open")).text
    found = _CSRF.search(text), _KEY.search(text)
    assert found[0]
    assert found[1]
    return {"_csrf_token": found[0][1], "key": found[1][1]}, _MARK.findall(text)


@pytest.mark.parametrize("hx", [True, False])
async def test_marked_rows(client: Client, hx: bool) -> None:
    await a_bad_wish_keeps_marks_and_what_was_typed(client, hx)
    await taking_marked_rows_tells_of_each_and_is_taken_back(client, hx)
    if hx:
        await one_row_is_taken_by_its_own_button(client)
        await the_same_form_sent_twice_acts_once(client)


async def taking_marked_rows_tells_of_each_and_is_taken_back(client: Client, hx: bool) -> None:
    form, marks = await marked(client)
    assert len(marks) == 5
    status, text = await sent(client, {**form, "do": "take", "id": marks[1:4]}, hx)
    assert status == 200
    assert "Взято в работу: 2\u00a0обращения" in text
    assert "Осталось как было: 1\u00a0обращение" in text
    assert "Обращение уже у petr." in text
    assert text.count("вы\n") + text.count("вы</span>") == 2
    assert len(_MARK.findall(text)) == 5
    undo = _UNDO.findall(text)
    assert len(undo) == 2
    again, _ = await marked(client)
    status, text = await sent(client, {**again, "do": "undo", "id": undo}, hx)
    assert status == 200
    assert "Отменено своё действие: 2\u00a0обращения" in text
    assert "вы</span>" not in text


async def one_row_is_taken_by_its_own_button(client: Client) -> None:
    form, marks = await marked(client)
    status, text = await sent(client, {**form, "do": f"take {marks[0]}"}, hx=True)
    assert status == 200
    assert "Взято в работу: 1\u00a0обращение" in text


async def the_same_form_sent_twice_acts_once(client: Client) -> None:
    form, marks = await marked(client)
    wish = {**form, "do": "take", "id": marks[1:2]}
    first, second = await sent(client, wish, hx=True), await sent(client, wish, hx=True)
    assert "Взято в работу: 1" in first[1]
    assert "Взято в работу: 1" in second[1]


async def a_bad_wish_keeps_marks_and_what_was_typed(client: Client, hx: bool) -> None:
    form, marks = await marked(client)
    nothing = {**form, "do": "assign", "department": "Отдел дорог"}
    status, text = await sent(client, nothing, hx)
    assert status == 400
    assert "Отметьте хотя бы одно обращение" in text
    assert 'value="Отдел дорог"' in text
    wrong = {**form, "do": "set_importance", "importance": "cosmic", "id": marks[:2]}
    status, text = await sent(client, wrong, hx)
    assert status == 400
    assert "выберите из списка" in text
    assert len(re.findall(r"data-select[^>]*checked", text)) == 2
    for broken in ("x" * 600, "я" * 300):
        assert (await sent(client, {**form, "do": "take", "id": [broken]}, hx))[0] == 400
    assert (await sent(client, {**form, "do": "explode", "id": marks}, hx))[0] == 400


async def test_a_case_out_of_scope_is_refused_as_absent(
    client: Client, engine: Engine, settings: Settings
) -> None:
    form, marks = await marked(client)
    blind = Viewer("anna", permissions=frozenset({Permission.CASE_VIEW, Permission.CASE_TAKE}))
    async with AsyncTestClient(site(settings, blind), base_url=BASE) as other:
        own = _CSRF.search((await other.get("/work")).text) or _CSRF.search(
            (await other.get("/work/views")).text
        )
        assert own
        wish = {**form, "_csrf_token": own[1], "do": "take", "id": marks[:1]}
        status, text = await sent(other, wish, hx=True)
    assert status == 200
    assert "Ничего не изменилось" in text
    assert "нет, или оно вам не видно" in text
    stored = await engine.get(Index.CASES, marks[0])
    assert stored
    assert "assignee" not in stored.source["workflow"]


async def test_whoever_only_reads_is_offered_nothing(settings: Settings, engine: Engine) -> None:
    reader = Viewer("boris", permissions=frozenset({Permission.CASE_VIEW}), scopes=(EVERYWHERE,))
    async with AsyncTestClient(site(settings, reader), base_url=BASE) as opened:
        text = (await opened.get("/work?queue=open")).text
    assert text.count("data-row") == 5
    assert "data-select" not in text
    assert "Взять" not in text
    assert engine


async def test_opening_the_address_of_the_form_leads_to_the_list(client: Client) -> None:
    answer = await client.get(HERE, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/work?queue=open")
