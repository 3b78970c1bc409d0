"""The page «Обращение»: seen, acted upon, refused with what was typed, as a page and in part."""

import re
from datetime import datetime
from typing import Any

import pytest
from httpx import Response
from litestar.testing import AsyncTestClient

from app.accounts.roles import Role
from app.cases.actions.model import Action
from app.cases.codes import Kind, State
from app.cases.doing import act
from app.cases.models import Case
from app.engine.client import Engine
from app.settings import Settings
from app.viewer import Viewer
from tests.attached_files import pdf
from tests.casework import (
    COORDINATOR,
    EXECUTOR,
    HEAD,
    HOUSE,
    MATE,
    OPERATOR,
    ROADS,
    ZONE,
    action,
    case,
    store,
    stored,
)
from tests.factories import make_user, site
from tests.web.intake_browser import HX

BASE = "http://127.0.0.1:8000"
_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')
_KEY = re.compile(r'name="key" value="([0-9A-Z]+)"')


class Official:
    """One person at a page of a case."""

    def __init__(self, client: AsyncTestClient[Any]) -> None:
        self.client = client

    async def page(self, address: str = "/cases/case-1", *, hx: bool = False) -> Response:
        return await self.client.get(address, headers=HX if hx else {})

    async def do(self, name: str, *, hx: bool = False, **fields: str) -> Response:
        token = _TOKEN.search((await self.page("/search")).text)
        assert token
        return await self.client.post(
            f"/cases/case-1/actions/{name}",
            data={"_csrf_token": token[1], **fields},
            headers=HX if hx else {},
            follow_redirects=False,
        )

    async def send(self, name: str, content: bytes) -> Response:
        token = _TOKEN.search((await self.page("/search")).text)
        assert token
        return await self.client.post(
            "/cases/case-1/files",
            data={"_csrf_token": token[1]},
            files={"file": (name, content)},
            follow_redirects=False,
        )


@pytest.fixture
def opened(settings: Settings, engine: Engine) -> Any:
    """Opens the site for a viewer: `async with` it."""

    class Opened:
        def __init__(self, viewer: Viewer) -> None:
            self._client = AsyncTestClient(site(settings, viewer), base_url=BASE)

        async def __aenter__(self) -> Official:
            return Official(await self._client.__aenter__())

        async def __aexit__(self, *error: object) -> None:
            await self._client.__aexit__(*error)

    return Opened


@pytest.fixture
async def at_work(engine: Engine) -> Case:
    one = case(state=State.IN_PROGRESS, work={"department": HOUSE, "assignee": EXECUTOR.name})
    await store(engine, one)
    return one


async def test_the_page_offers_what_is_allowed_and_explains_the_rest(
    opened: Any, at_work: Case
) -> None:
    async with opened(EXECUTOR) as official:
        text = (await official.page()).text
    for name in ("return", "ask", "note"):
        assert f'href="/cases/case-1/actions/{name}"' in text
    assert 'formaction="/cases/case-1/actions/send_for_approval"' in text
    assert 'formaction="/cases/case-1/actions/answer"' not in text
    assert 'href="/cases/case-1/actions/close"' not in text
    assert "Нет права: закрывать. Могут: Руководитель-координатор" in text
    assert "Сидоров" not in text
    assert "9991234567" not in text


@pytest.mark.parametrize("hx", [False, True])
async def test_the_due_moment_opens_its_working(opened: Any, engine: Engine, hx: bool) -> None:
    """As it came, without a script: each stage has its own, the author's stands first."""
    received = datetime(2026, 3, 6, 16, 30, tzinfo=ZONE)
    await store(engine, case(received_at=received, deadline_at=None))
    await store(
        engine, case(2, Kind.APPEAL, received_at=received, registered_at=received, deadline_at=None)
    )
    async with opened(COORDINATOR) as official:
        message = (await official.page(hx=hx)).text
        appeal = (await official.page("/cases/case-2", hx=hx)).text
    assert "<summary>Ответ: как посчитан срок</summary>" in message
    assert "<li>Срок: вторник 10.03.2026, до 11:30.</li>" in message
    assert "Международный женский день" in message
    assert appeal.count('<details class="case-working">') == 3
    assert appeal.index("Срок: пятница 03.04.2026") < appeal.index("<dt>Регистрация</dt>")
    assert "Основание: Федеральный закон № 59-ФЗ, статья 8, часть 2." in appeal


@pytest.mark.parametrize("hx", [False, True])
async def test_an_action_shows_what_came_of_it(
    opened: Any, engine: Engine, at_work: Case, hx: bool
) -> None:
    async with opened(EXECUTOR) as official:
        answer = await official.do("note", hx=hx, version="1", text="Позвонить <b>Ивану</b>")
        if not hx:
            assert answer.status_code == 303
            assert answer.headers["location"] == "/cases/case-1?done=2"
            answer = await official.page("/cases/case-1?done=2")
    assert answer.status_code == 200
    assert ("<html" in answer.text) is not hx
    assert "Оставлена заметка." in answer.text
    assert 'action="/cases/case-1/actions/undo"' in answer.text
    assert "Позвонить &lt;b&gt;Ивану&lt;/b&gt;" in answer.text
    assert [note["text"] for note in (await stored(engine, "case-1"))["notes"]] == [
        "Позвонить <b>Ивану</b>"
    ]


async def test_the_toast_is_not_shown_for_somebody_elses_event(
    opened: Any, engine: Engine, at_work: Case
) -> None:
    await act(engine, MATE, "case-1", None, action("note", text="Слово"), zone=ZONE)
    async with opened(EXECUTOR) as official:
        text = (await official.page("/cases/case-1?done=2")).text
    assert "case-toast" not in text


@pytest.mark.parametrize("hx", [False, True])
async def test_what_was_typed_outlives_a_conflict(
    opened: Any, engine: Engine, at_work: Case, hx: bool
) -> None:
    wish = Action("classify", action("classify", im_group="Дороги").given)
    await act(engine, COORDINATOR, "case-1", 1, wish, zone=ZONE)
    typed = "Иван Петрович, яму засыпали <сегодня>."
    async with opened(EXECUTOR) as official:
        lost = await official.do(
            "send_for_approval", hx=hx, version="1", key="K1", text=typed, approver="boss"
        )
        assert lost.status_code == 409
        assert "изменена тема (koord" in lost.text
        assert "Иван Петрович, яму засыпали &lt;сегодня&gt;." in lost.text
        assert 'value="boss"' in lost.text
        assert 'name="version" value="2"' in lost.text
        again = await official.do(
            "send_for_approval", hx=hx, version="2", key="K1", text=typed, approver="boss"
        )
        assert again.status_code == (200 if hx else 303)
    document = await stored(engine, "case-1")
    assert document["state"] == "approval"
    assert document["answers"][0]["text"] == typed


@pytest.mark.parametrize("hx", [False, True])
async def test_a_mistake_stands_at_its_field_with_all_that_was_typed(
    opened: Any, at_work: Case, hx: bool
) -> None:
    async with opened(EXECUTOR) as official:
        wrong = await official.do(
            "interim", hx=hx, version="1", text="Работаем", promised_at="2020-01-01"
        )
    assert wrong.status_code == 400
    assert "Обещать можно только будущую дату." in wrong.text
    assert ">Работаем</textarea>" in wrong.text
    assert 'aria-invalid="true"' in wrong.text


async def test_a_form_sent_twice_is_done_once(opened: Any, engine: Engine, at_work: Case) -> None:
    async with opened(EXECUTOR) as official:
        form = (await official.page("/cases/case-1/actions/note")).text
        key = _KEY.findall(form)[0]
        for _ in range(2):
            answer = await official.do("note", version="1", key=key, text="Один раз")
            assert answer.status_code == 303
    assert len((await stored(engine, "case-1"))["notes"]) == 1


async def test_a_refusal_is_said_on_the_page_and_changes_nothing(
    opened: Any, engine: Engine, at_work: Case
) -> None:
    async with opened(MATE) as official:
        taken = await official.do("take", version="1")
        assert taken.status_code == 409
        assert EXECUTOR.name in taken.text
        forbidden = await official.do("close", version="1", result="решено")
        assert forbidden.status_code == 403
        assert (await official.do("nothing")).status_code == 404
    assert (await stored(engine, "case-1"))["version"] == 1


async def test_who_gives_a_case_away_is_told_that_it_is_gone(
    opened: Any, engine: Engine, at_work: Case
) -> None:
    async with opened(EXECUTOR) as official:
        gone = await official.do("return", version="1", reason="Дорога областная")
        assert gone.status_code == 200
        assert "больше вам не видно" in gone.text
        assert (await official.page()).status_code == 404
        assert (await official.do("take")).status_code == 404
    assert (await stored(engine, "case-1"))["state"] == "new"


async def test_the_author_is_shown_once_and_the_reason_is_kept(
    opened: Any, engine: Engine, at_work: Case
) -> None:
    async with opened(OPERATOR) as official:
        assert (await official.do("reveal", reason="")).status_code == 400
        shown = await official.do("reveal", version="1", reason="Уточнить адрес")
        assert "Сидоров Иван Петрович" in shown.text
        assert "+79991234567" in shown.text
        assert shown.headers["cache-control"] == "no-store"
        assert "Сидоров" not in (await official.page()).text
    event = (await stored(engine, "case-1"))["history"][-1]
    assert (event["what"], event["reason"]) == ("reveal", "Уточнить адрес")
    assert "Сидоров" not in str(event)


async def test_two_people_at_one_case_see_each_other(opened: Any, at_work: Case) -> None:
    async with opened(EXECUTOR) as one, opened(MATE) as other:
        token = _TOKEN.search((await one.page("/search")).text)
        mate = _TOKEN.search((await other.page("/search")).text)
        assert token
        assert mate
        address = "/cases/case-1/presence"
        alone = await one.client.post(
            address, data={"_csrf_token": token[1], "version": "1", "writing": "1"}
        )
        assert "пишет" not in alone.text
        met = await other.client.post(address, data={"_csrf_token": mate[1], "version": "0"})
    assert f"{EXECUTOR.title}: пишет" in met.text
    assert MATE.title not in met.text


async def test_files_are_served_to_those_who_see_the_case_and_never_shown_in_place(
    opened: Any, engine: Engine, at_work: Case
) -> None:
    async with opened(EXECUTOR) as official:
        sent = await official.send("../Акт №1.pdf", pdf())
        assert sent.status_code == 303, sent.text
        document = await stored(engine, "case-1")
        file = document["attachments"][0]
        assert file["name"] == "Акт №1.pdf"
        assert file["media_type"] == "application/pdf"
        taken = await official.page(f"/cases/case-1/files/{file['id']}")
        assert taken.content == pdf()
        assert taken.headers["content-disposition"].startswith("attachment")
        assert taken.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in taken.headers["content-security-policy"]
        assert (await official.page("/cases/case-1/files/f99")).status_code == 404
        again = await official.send("копия.pdf", pdf())
        assert "уже приложен" in again.text
    stranger = Viewer("stranger", permissions=EXECUTOR.permissions, departments=frozenset({ROADS}))
    async with opened(stranger) as official:
        assert (await official.page(f"/cases/case-1/files/{file['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<html><script>alert(1)</script>"),
        ("a.pdf.exe", b"MZ\x00"),
        ("a.png", b"<svg onload=alert(1)>"),
        ("a.txt", b""),
    ],
)
async def test_hostile_files_are_refused_with_a_sentence(
    opened: Any, engine: Engine, settings: Settings, at_work: Case, name: str, content: bytes
) -> None:
    async with opened(EXECUTOR) as official:
        answer = await official.send(name, content)
    assert answer.status_code == 400
    assert "field-error" in answer.text
    assert "attachments" not in await stored(engine, "case-1")
    assert not list((settings.data_dir / "attachments").glob("*/*"))


async def test_a_file_too_large_is_refused(
    opened: Any, engine: Engine, settings: Settings, at_work: Case
) -> None:
    async with opened(EXECUTOR) as official:
        answer = await official.send("a.txt", b"a" * ((settings.attachment_max_mb << 20) + 1))
        huge = await official.send("a.txt", b"a" * ((settings.attachment_max_mb + 1) << 20))
    assert answer.status_code == 413
    assert huge.status_code == 413
    assert "Файл больше 20 МБ" in answer.text
    assert "Файл больше 20 МБ" in huge.text


async def test_programs_act_with_the_same_rules(opened: Any, engine: Engine, at_work: Case) -> None:
    address = "/api/v1/cases/26-000001"
    async with opened(EXECUTOR) as official:
        shown = (await official.page(address)).json()
        actions = {one["name"]: one for one in shown["actions"]}
        assert actions["return"]["allowed"]
        assert "Нет права" in actions["close"]["why_not"]
        assert "revealed" not in shown or shown["revealed"] is None
        done = await official.client.post(
            f"{address}/actions/ask", json={"version": 1, "department": ROADS, "text": "Чья?"}
        )
        assert done.status_code == 200, done.text
        assert done.json()["requests"][0]["department"] == ROADS
        late = await official.client.post(
            f"{address}/actions/return", json={"version": 1, "reason": "Нет"}
        )
        assert (late.status_code, late.json()["error"]["code"]) == (409, "conflict")
        bad = await official.client.post(
            f"{address}/actions/interim", json={"text": "а", "promised_at": 5}
        )
        assert (bad.status_code, bad.json()["error"]["field"]) == (400, "promised_at")
        for body in ({"version": "x"}, {"version": -1}, {"key": 5}):
            wrong = await official.client.post(
                f"{address}/actions/note", json={"text": "а", **body}
            )
            assert wrong.status_code == 400


async def test_programs_are_told_who_it_was_by_name(
    opened: Any, engine: Engine, settings: Settings, at_work: Case
) -> None:
    await make_user(engine, settings, EXECUTOR.name, Role.OPERATOR, name="Домова Анна Петровна")
    address = "/api/v1/cases/26-000001"
    async with opened(MATE) as official:
        shown = (await official.page(address)).json()
        (why,) = (one["why_not"] for one in shown["actions"] if one["name"] == "take")
        taken = await official.client.post(f"{address}/actions/take", json={"version": 1})
        file = {"file": ("a.pdf", pdf())}
        filed = await official.client.post(f"{address}/attachments", files=file)
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "refused")
    said = taken.json()["error"]["message"]
    assert said == why == "Обращение уже у Домова А. П. Передать его может тот, кто назначает."
    async with opened(EXECUTOR) as official:
        await official.client.post(f"{address}/actions/note", json={"text": "Слово"})
    async with opened(COORDINATOR) as official:
        late = await official.client.post(
            f"{address}/actions/set_importance", json={"version": 1, "importance": "high"}
        )
    assert late.status_code == 409
    assert "оставлена заметка (Домова А. П.," in late.json()["error"]["message"]
    for answer in (shown, taken.json(), filed.json(), late.json()):
        assert "\u2039" not in str(answer)


async def test_what_was_not_sent_and_notes_are_for_those_who_work(
    opened: Any, engine: Engine, at_work: Case
) -> None:
    for wish in (action("note", text="Тайна"), action("draft", text="Черновик ответа")):
        await act(engine, EXECUTOR, "case-1", None, wish, zone=ZONE)
    region = Viewer("cur", permissions=frozenset({"case.view"}), scopes=COORDINATOR.scopes)
    async with opened(region) as official:
        page_text = (await official.page()).text
        program = (await official.page("/api/v1/cases/case-1")).json()
    for word in ("Тайна", "Черновик ответа"):
        assert word not in page_text
        assert word not in str(program)


async def test_an_appeal_shows_its_own_actions(opened: Any, engine: Engine) -> None:
    one = case(
        kind=Kind.APPEAL,
        state=State.IN_PROGRESS,
        work={"department": HOUSE, "assignee": EXECUTOR.name},
    )
    await store(engine, one)
    async with opened(HEAD) as official:
        text = (await official.page()).text
    assert 'href="/cases/case-1/actions/extend"' in text
    assert 'href="/cases/case-1/actions/return"' not in text
    assert "«не наше»" in text
