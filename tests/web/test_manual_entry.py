"""«Ручной ввод»: one key makes one case, and nothing typed is lost."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from redis.asyncio import from_url

from app.cases.models import Case
from app.cases.repository import case_by_id
from app.engine.client import Engine
from app.engine.names import Index
from app.permissions import Permission
from app.settings import Settings
from app.viewer import EVERYWHERE, Scope, Viewer
from tests.factories import load, row, site, stored_cases, write_csv

BASE = "http://127.0.0.1:8000"
TO_COME = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"
HX = {"HX-Request": "true"}
_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')
_KEY = re.compile(r'name="key" value="([0-9A-Z]{26})"')
RIGHTS = frozenset({Permission.CASE_REGISTER, Permission.CASE_VIEW})
OPERATOR = Viewer("operator", permissions=RIGHTS, scopes=(EVERYWHERE,))

CALL = {
    "kind": "message",
    "channel": "phone",
    "received_at": "2026-03-01T10:15",
    "text": "Во дворе не горит фонарь",
    "author_name": "Иванова Мария",
    "author_phone": "8 900 123-45-67",
    "address": "ул. Ленина, 35а",
}


@dataclass
class Operator:
    client: AsyncTestClient[Litestar]
    token: str = ""
    key: str = ""

    async def open(self, address: str = "/cases/new") -> Response:
        page = await self.client.get(address)
        assert page.status_code == 200, page.text
        found, key = _TOKEN.search(page.text), _KEY.search(page.text)
        assert found
        assert key
        self.token, self.key = found[1], key[1]
        return page

    async def send(
        self, *, path: str = "/cases/new", hx: bool = False, key: str = "", **fields: str
    ) -> Response:
        data = {"_csrf_token": self.token, "key": key or self.key, **CALL, **fields}
        return await self.client.post(
            path, data=data, headers=HX if hx else {}, follow_redirects=False
        )


@pytest.fixture
async def operator(settings: Settings, engine: Engine) -> AsyncIterator[Operator]:
    async with AsyncTestClient(site(settings, OPERATOR), base_url=BASE) as client:
        yield Operator(client)
    async with from_url(settings.redis_url.get_secret_value()) as redis:
        async for key in redis.scan_iter(f"{settings.index_prefix}*"):
            await redis.delete(key)


def target(answer: Response, *, hx: bool = False) -> str:
    assert answer.status_code == (204 if hx else 303), answer.text
    return answer.headers["hx-redirect" if hx else "location"]


async def saved(engine: Engine, address: str) -> Case:
    found = re.match(r"/cases/([^?]+)\?entered=", address)
    assert found
    case = await case_by_id(engine, found[1])
    assert case is not None
    return case


@pytest.mark.parametrize("hx", [False, True])
async def test_a_call_becomes_a_case(operator: Operator, engine: Engine, *, hx: bool) -> None:
    await operator.open()
    address = target(
        await operator.send(hx=hx, incoming="ВХ-15", outgoing="77/1", title="Фонарь"), hx=hx
    )
    case = await saved(engine, address)
    assert (case.kind, case.channel, case.state) == ("message", "phone", "new")
    assert case.received_at.isoformat() == "2026-03-01T07:15:00+00:00"
    assert case.source.system == "manual"
    assert (case.source.external_id, case.source.external_number) == ("ВХ-15", "77/1")
    assert (case.place.street, case.place.house) == ("Ленина", "35а")
    assert case.author.phone == "+79001234567"
    assert (case.created_by, case.history[0].what) == ("operator", "entered")
    page = await operator.client.get(address)
    assert "Внести ещё одно" in page.text
    assert "внесено вручную" in page.text


async def test_the_key_stands_in_the_address(operator: Operator) -> None:
    first = await operator.client.get("/cases/new", follow_redirects=False)
    assert first.status_code == 303
    page = await operator.open(first.headers["location"])
    assert f"key={operator.key}" in first.headers["location"]
    assert page.headers["vary"] == "HX-Request"
    again = await operator.open(first.headers["location"])
    assert again.status_code == 200
    assert f"key={operator.key}" in first.headers["location"]


@pytest.mark.parametrize("hx", [False, True])
async def test_a_double_click_makes_one_case(
    operator: Operator, engine: Engine, *, hx: bool
) -> None:
    await operator.open()
    addresses = [target(await operator.send(hx=hx), hx=hx) for _ in range(3)]
    assert len({address.partition("?")[0] for address in addresses}) == 1
    assert "entered=saved" in addresses[0]
    assert "entered=before" in addresses[1]
    assert len(await stored_cases(engine)) == 1
    page = await operator.client.get(addresses[1])
    assert "второй записи нет" in page.text


async def test_back_and_another_text_is_another_case_when_asked_twice(
    operator: Operator, engine: Engine
) -> None:
    await operator.open()
    first = target(await operator.send())
    number = (await saved(engine, first)).number
    back = await operator.open(f"/cases/new?key={operator.key}")
    assert f"Это уже внесено: № {number}" in back.text
    changed = await operator.send(text="Совсем о другом")
    assert changed.status_code == 409
    assert number in changed.text
    assert "Совсем о другом" in changed.text
    fresh = _KEY.search(changed.text)
    assert fresh
    assert fresh[1] != operator.key
    second = target(await operator.send(key=fresh[1], text="Совсем о другом"))
    assert first.partition("?")[0] != second.partition("?")[0]
    assert len(await stored_cases(engine)) == 2


MISTAKES: list[tuple[dict[str, str], str, str]] = [
    ({"text": " "}, "text", "Напишите, что сообщил человек."),
    ({"kind": "x"}, "kind", "Выберите: сообщение или обращение."),
    ({"channel": ""}, "channel", "Выберите, как это поступило."),
    ({"received_at": ""}, "received_at", "Укажите, когда это поступило."),
    ({"received_at": "вчера"}, "received_at", "Это не дата."),
    ({"received_at": TO_COME}, "received_at", "Эта дата ещё не наступила."),
    ({"author_phone": "нет"}, "author_phone", "Здесь нет номера телефона."),
    ({"author_email": "x@"}, "author_email", "Это не адрес почты."),
    ({"theme": "нет такой"}, "theme", "Такой темы больше нет."),
    ({"incoming": "1" * 257}, "incoming", "Значение длиннее 256 знаков."),
]


async def test_mistakes_are_named_and_nothing_is_lost(operator: Operator, engine: Engine) -> None:
    await operator.open()
    for fields, field, sentence in MISTAKES:
        for hx in (False, True):
            answer = await operator.send(hx=hx, author_address="Самара <b>", **fields)
            assert answer.status_code == 400
            assert ("<html" in answer.text) is not hx
            place = answer.text.split(f'id="{field}-error"')[1].split("</p>")[0]
            assert sentence in unescape(place)
            assert 'value="Самара &lt;b&gt;"' in answer.text
            if field != "text":
                assert "Во дворе не горит фонарь" in answer.text
    assert await stored_cases(engine) == {}


async def test_a_draft_outlives_the_session_and_the_server(
    operator: Operator, settings: Settings, engine: Engine
) -> None:
    await operator.open()
    part = await operator.send(path="/cases/new/check", hx=True)
    assert "Черновик сохранён" in part.text
    async with AsyncTestClient(site(settings, OPERATOR), base_url=BASE) as other:
        page = await other.get(f"/cases/new?key={operator.key}")
        assert "Во дворе не горит фонарь" in page.text
        fresh = await other.get("/cases/new")
        assert "Есть незаконченное" in fresh.text
        assert f"/cases/new?key={operator.key}" in fresh.text
    stranger = Viewer("other", permissions=RIGHTS, scopes=(EVERYWHERE,))
    async with AsyncTestClient(site(settings, stranger), base_url=BASE) as foreign:
        page = await foreign.get(f"/cases/new?key={operator.key}")
        assert "фонарь" not in page.text
        assert "Есть незаконченное" not in page.text
    target(await operator.send())
    assert "Есть незаконченное" not in (await operator.client.get("/cases/new")).text
    await operator.send(path="/cases/new/check", hx=True)  # sent before, come after
    assert "Есть незаконченное" not in (await operator.client.get("/cases/new")).text


async def test_without_redis_one_can_enter_and_is_told(settings: Settings, engine: Engine) -> None:
    away = Settings(**{**settings.model_dump(), "redis_url": "redis://127.0.0.1:9/0"})
    async with AsyncTestClient(site(away, OPERATOR), base_url=BASE) as client:
        operator = Operator(client)
        await operator.open()
        part = await operator.send(path="/cases/new/check", hx=True)
        assert "Черновик сейчас не сохраняется" in part.text
        target(await operator.send())


async def test_without_the_engine_the_text_stays(settings: Settings) -> None:
    away = settings.model_copy(update={"es_url": "http://127.0.0.1:9"})
    async with AsyncTestClient(site(away, OPERATOR), base_url=BASE) as client:
        operator = Operator(client)
        await operator.open()
        for hx in (False, True):
            answer = await operator.send(hx=hx, theme="abc", department="ЖКХ")
            assert answer.status_code == 503
            assert "Во дворе не горит фонарь" in answer.text
            assert '<option value="abc" selected>' in answer.text
            assert "Поиск сейчас недоступен" in answer.text


@pytest.mark.parametrize("hx", [False, True])
async def test_what_is_there_already_is_shown_with_why(
    operator: Operator, settings: Settings, engine: Engine, tmp_path: Path, *, hx: bool
) -> None:
    rows = [
        row(1, text="Во дворе, НЕ горит фонарь!"),
        row(2, author_phone="+7 (900) 123-45-67", text="Шумят соседи"),
        row(3, external_id="ОГ-12345", text="Про дороги"),
        row(4, text="Повторно по обращению № ВХ-54321 молчат"),
        row(5, text="О другом"),
    ]
    await load(engine, settings, write_csv(tmp_path / "a.csv", rows))
    await operator.open()
    fields = {"incoming": "ВХ-54321", "outgoing": "ог-12345"}
    if hx:
        answer = await operator.send(path="/cases/new/check", hx=True, **fields)
    else:
        answer = await operator.send(check="1", **fields)
    assert answer.status_code == 200
    text = unescape(answer.text)
    assert text.count("entry-why") == 4
    for why in (
        "тот же текст",
        "тот же телефон автора",
        "номер совпадает с введённым",
        "в его тексте назван введённый номер",
    ):
        assert why in text
    assert "О другом" not in text


async def test_foreign_cases_are_not_shown_as_duplicates(
    settings: Settings, engine: Engine
) -> None:
    town = Viewer("a", permissions=RIGHTS, scopes=(Scope(frozenset({"Город"}), None, None),))
    village = Viewer("b", permissions=RIGHTS, scopes=(Scope(frozenset({"Село"}), None, None),))
    async with AsyncTestClient(site(settings, town), base_url=BASE) as client:
        operator = Operator(client)
        await operator.open()
        target(await operator.send(municipality="Город"))
        outside = await operator.send(municipality="Село", key="0" * 26)
        assert outside.status_code == 403
        assert "вне ваших прав" in outside.text
        assert "Во дворе не горит фонарь" in outside.text
    async with AsyncTestClient(site(settings, village), base_url=BASE) as client:
        operator = Operator(client)
        await operator.open()
        part = await operator.send(path="/cases/new/check", hx=True, municipality="Село")
        assert "entry-why" not in part.text


WARNINGS: list[tuple[dict[str, str], str]] = [
    ({"kind": "appeal", "author_name": ""}, "ответа на него не дают (59-ФЗ, ст. 11)"),
    ({"kind": "appeal", "channel": "email"}, "С 30.03.2025"),
    ({"kind": "appeal"}, "ответить будет некуда"),
    ({"kind": "message", "channel": "paper"}, "обычно подпадают под 59-ФЗ"),
]


async def test_warnings_tell_and_do_not_block(operator: Operator, engine: Engine) -> None:
    for fields, words in WARNINGS:
        await operator.open()
        part = await operator.send(path="/cases/new/check", hx=True, **fields)
        assert words in unescape(part.text)
        address = target(await operator.send(**fields))
        assert (await saved(engine, address)).kind == fields["kind"]


async def test_a_theme_brings_its_group(operator: Operator, engine: Engine) -> None:
    await engine.refresh(Index.REFERENCE)  # the book was written a moment ago
    page = await operator.open()
    option = re.search(
        r'<optgroup label="([^"]+)">\s*<option value="([0-9a-f]+)">([^<]+)<', page.text
    )
    assert option
    case = await saved(engine, target(await operator.send(theme=option[2])))
    assert case.classifier.im_theme == unescape(option[3])
    assert case.classifier.im_group == unescape(option[1])


async def test_only_those_who_register_come_in(settings: Settings, engine: Engine) -> None:
    reader = Viewer("a", permissions=frozenset({Permission.CASE_VIEW}), scopes=(EVERYWHERE,))
    for viewer, status in ((reader, 403), (None, 303)):
        async with AsyncTestClient(site(settings, viewer), base_url=BASE) as client:
            assert (await client.get("/cases/new", follow_redirects=False)).status_code == status
