"""`POST /api/v1/messages`: what is taken, what is refused by which code, and that once is once."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.cases.derived import case_id
from app.cases.repository import case_by_id
from app.engine.client import Engine
from app.engine.names import Index
from app.permissions import Permission
from app.settings import Settings
from app.viewer import EVERYWHERE, Scope, Viewer
from tests.factories import site, stored_cases

BASE = "http://127.0.0.1:8000"
ADDRESS = "/api/v1/messages"
TO_COME = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"
RIGHTS = frozenset({Permission.CASE_REGISTER, Permission.CASE_VIEW})
SENDER = Viewer("edds", permissions=RIGHTS, scopes=(EVERYWHERE,))


def message(**fields: Any) -> dict[str, Any]:
    return {
        "channel": "phone",
        "kind": "message",
        "received_at": "2026-03-01T10:15:00+03:00",
        "text": "На улице Ленина прорвало трубу",
        **fields,
    }


@pytest.fixture
async def client(settings: Settings, engine: Engine) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with AsyncTestClient(site(settings, SENDER), base_url=BASE) as opened:
        yield opened


async def send(client: AsyncTestClient[Litestar], body: Any, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post(
        ADDRESS, content=content, headers={"Content-Type": "application/json", **headers}
    )


def error(answer: Response) -> tuple[int, str, str | None]:
    told = answer.json()["error"]
    assert told["message"].endswith(".")
    assert told["request_id"]
    return answer.status_code, told["code"], told.get("field")


async def test_a_message_becomes_a_case(client: AsyncTestClient[Litestar], engine: Engine) -> None:
    answer = await send(
        client,
        message(
            external_id=112233,
            source="ЕДДС",
            author={"name": "Иванова Мария", "phone": "8 (900) 123-45-67", "email": None},
            street="улица Ленина",
            house="35 А",
            lat=51.73,
            lon=36.19,
            theme="ПРОРЫВ ТРУБЫ",
            tags=["авария"],
        ),
    )
    assert answer.status_code == 201
    told = answer.json()
    assert told["state"] == "new"
    assert told["deadline_at"] == "2026-03-02T11:00:00Z", "four working hours, lunch left out"
    assert told["number"] == "26-000001"
    case = await case_by_id(engine, told["id"])
    assert case is not None
    assert case.id == case_id("ЕДДС", "112233")
    assert (case.place.street, case.place.street_type, case.place.house) == ("Ленина", "ул.", "35а")
    assert case.author.phone == "+79001234567"
    assert case.classifier.im_theme == "Прорыв трубы"
    assert case.created_by == "edds"
    assert case.norm_hash
    assert case.lemmas
    assert (case.rev, case.version, case.enriched_version) == (1, 1, 0)
    (event,) = case.history
    assert (event.seq, event.what, event.by) == (1, "received", "edds")
    assert case.audit_due
    assert event.origin is not None
    assert event.origin.request_id == answer.headers["x-request-id"]


async def test_the_same_message_again_is_the_same_case(
    client: AsyncTestClient[Litestar], engine: Engine
) -> None:
    first = await send(client, message(external_id="7", source="s"))
    again = await send(client, message(external_id="7", source="s", text="Другой текст"))
    other = await send(client, message(external_id="7", source="другая система"))
    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 201]
    assert again.json() == first.json()
    case = await case_by_id(engine, first.json()["id"])
    assert case is not None
    assert case.text == "На улице Ленина прорвало трубу"


@pytest.mark.parametrize("by_key", [False, True])
async def test_fifty_at_once_make_one_case(
    client: AsyncTestClient[Litestar], engine: Engine, *, by_key: bool
) -> None:
    headers = {"Idempotency-Key": "k-1"} if by_key else {}
    body = message() if by_key else message(external_id="1", source="s")
    answers = await asyncio.gather(*(send(client, body, **headers) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.text for answer in answers}) == 1
    await engine.refresh(Index.CASES)
    assert len(await stored_cases(engine)) == 1


async def test_a_key_stands_for_one_sending(client: AsyncTestClient[Litestar]) -> None:
    key = {"Idempotency-Key": "abc"}
    first = await send(client, message(), **key)
    again = await send(client, message(), **key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert error(await send(client, message(text="Другое"), **key)) == (
        409, "idempotency_key_reused", None,
    )  # fmt: skip
    anew = await send(client, message())
    assert anew.status_code == 201
    assert anew.json()["id"] != first.json()["id"]
    for bad in ("", "x" * 256):
        refused = await send(client, message(), **{"Idempotency-Key": bad})
        assert error(refused) == (400, "bad_input", "Idempotency-Key")


async def test_a_list_has_an_outcome_for_each(
    client: AsyncTestClient[Litestar], engine: Engine
) -> None:
    """Every tenth of five hundred is bad; sent again the good ones are known."""
    given = [message(external_id=str(number), source="s") for number in range(500)]
    for bad in given[::10]:
        bad["kind"] = "жалоба"
    answer = await send(client, given)
    assert answer.status_code == 201
    results = answer.json()
    assert [result["status"] for result in results] == [
        400 if number % 10 == 0 else 201 for number in range(500)
    ]
    assert results[10]["error"]["code"] == "unknown_value"
    assert results[10]["error"]["field"] == "kind"
    assert len({result["number"] for result in results if "number" in result}) == 450
    again = await send(client, given)
    assert again.status_code == 200
    assert [result["status"] for result in again.json()].count(200) == 450
    await engine.refresh(Index.CASES)
    assert len(await stored_cases(engine)) == 450
    numbers = await engine.get(Index.COUNTERS, "case-number")
    assert numbers is not None
    assert numbers.source["value"] == 450


async def test_twins_in_one_list(client: AsyncTestClient[Litestar]) -> None:
    twin = message(external_id="1", source="s")
    results = (await send(client, [twin, twin])).json()
    assert sorted(result["status"] for result in results) == [200, 201]
    assert len({result["id"] for result in results}) == 1


async def test_a_list_of_only_bad_ones_is_refused(client: AsyncTestClient[Litestar]) -> None:
    answer = await send(client, [message(text=" "), {}, 5])
    assert answer.status_code == 400
    codes = [result["error"]["code"] for result in answer.json()]
    assert codes == ["required", "required", "wrong_type"]


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"text": None}, "required", "text"),
    ({"text": ""}, "required", "text"),
    ({"text": " \u200b "}, "required", "text"),
    ({"text": ["x"]}, "wrong_type", "text"),
    ({"text": "х" * 50_001}, "too_long", "text"),
    ({"received_at": "вчера"}, "bad_value", "received_at"),
    ({"received_at": 1_700_000_000}, "wrong_type", "received_at"),
    ({"received_at": TO_COME}, "bad_value", "received_at"),
    ({"received_at": "1999-01-01"}, "bad_value", "received_at"),
    ({"channel": "почта"}, "unknown_value", "channel"),
    ({"kind": True}, "wrong_type", "kind"),
    ({"lat": 91, "lon": 1}, "bad_value", "lat"),
    ({"lat": 51.7}, "bad_value", "lon"),
    ({"lat": "51.7", "lon": 36}, "wrong_type", "lat"),
    ({"external_id": 1.5}, "wrong_type", "external_id"),
    ({"external_id": "x" * 257}, "too_long", "external_id"),
    ({"author": "Иванов"}, "wrong_type", "author"),
    ({"author": {"phone": "нет"}}, "bad_value", "author.phone"),
    ({"author": {"email": "нет"}}, "bad_value", "author.email"),
    ({"author": {"passport": "1"}}, "unknown_field", "author.passport"),
    ({"stret": "ул. Ленина"}, "unknown_field", "stret"),
    ({"appeal_code": "1"}, "bad_value", "appeal_code"),
    ({"tags": "авария"}, "wrong_type", "tags"),
    ({"tags": [1]}, "wrong_type", "tags"),
    ({"deadline_at": "скоро"}, "bad_value", "deadline_at"),
]


async def test_each_mistake_has_its_code(client: AsyncTestClient[Litestar]) -> None:
    for fields, code, field in MISTAKES:
        assert error(await send(client, message(**fields))) == (400, code, field), fields


NUMBERS = b'{"channel":"phone","kind":"message","received_at":"2026-03-01","text":"t",'


HOSTILE: list[tuple[bytes, int, str | None]] = [
    (b"", 400, "bad_json"),
    (b"null", 400, "bad_json"),
    (b'"text"', 400, "bad_json"),
    (b"{", 400, "bad_json"),
    (b"\xff\xfe{}", 400, "bad_json"),
    (b"[" * 100_000, 400, "bad_json"),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "bad_json"),
    (b'{"text":"\\ud800"}', 400, "bad_json"),
    (b"[]", 400, "empty_list"),
    (b"[" + b",".join([b"{}"] * 501) + b"]", 413, "too_many_messages"),
    (NUMBERS + b'"lat":1e400,"lon":1}', 400, "bad_json"),
    (NUMBERS + b'"lat":' + b"9" * 5_000 + b',"lon":1}', 400, None),
    (NUMBERS + b'"external_id":' + b"9" * 5_000 + b"}", 400, None),
    (NUMBERS + b'"lat":' + b"9" * 40 + b',"lon":1}', 400, "bad_value"),
    (NUMBERS + b'"author":{"name":{"a":[[[[1]]]]}}}', 400, "wrong_type"),
]


async def test_hostile_json_is_a_sentence(client: AsyncTestClient[Litestar]) -> None:
    for body, status, code in HOSTILE:
        told = error(await send(client, body))
        assert told[0] == status, body[:200]
        assert told[1] == code or (code is None and told[1] in {"bad_json", "bad_value"}), body[
            :200
        ]


async def test_odd_letters_are_kept_or_cleaned(
    client: AsyncTestClient[Litestar], engine: Engine
) -> None:
    answer = await send(client, message(text="Труба\u0000 <b>течёт</b> 😀", title="a\u0000b"))
    assert answer.status_code == 201
    case = await case_by_id(engine, answer.json()["id"])
    assert case is not None
    assert "\u0000" not in case.text
    assert "😀" in case.text


async def test_a_body_over_the_limit_is_refused(client: AsyncTestClient[Litestar]) -> None:
    answer = await send(client, b" " * 8_000_001)
    assert error(answer) == (413, "too_large", None)


async def test_scope_limits_what_may_be_written(settings: Settings, engine: Engine) -> None:
    town = Scope(frozenset({"Город"}), None, None)
    sender = Viewer("a", permissions=RIGHTS, scopes=(town,))
    other = Viewer("b", permissions=RIGHTS, scopes=(Scope(frozenset({"Село"}), None, None),))
    async with AsyncTestClient(site(settings, sender), base_url=BASE) as client:
        own = await send(client, message(external_id="1", source="s"))
        foreign = await send(client, message(municipality="Село"))
        mixed = await send(client, [message(), message(municipality="Село")])
    assert own.status_code == 201
    case = await case_by_id(engine, own.json()["id"])
    assert case is not None
    assert case.place.municipality == "Город"
    assert error(foreign) == (403, "outside_scope", None)
    assert [result["status"] for result in mixed.json()] == [201, 403]
    async with AsyncTestClient(site(settings, other), base_url=BASE) as client:
        taken = await send(client, message(external_id="1", source="s"))
    assert error(taken) == (409, "external_id_taken", None)
    assert case.number not in taken.text


async def test_a_token_limit_holds_over_the_persons_scope(
    settings: Settings, engine: Engine
) -> None:
    narrow = Viewer(
        "a",
        permissions=RIGHTS,
        scopes=(EVERYWHERE,),
        within=Scope(frozenset({"Город"}), None, frozenset({"phone"})),
    )
    async with AsyncTestClient(site(settings, narrow), base_url=BASE) as client:
        answers = [
            await send(client, message(**fields))
            for fields in ({}, {"municipality": "Село"}, {"channel": "vk"})
        ]
        assert [answer.status_code for answer in answers] == [201, 403, 403]


async def test_without_the_right_nothing_is_written(settings: Settings, engine: Engine) -> None:
    reader = Viewer("a", permissions=frozenset({Permission.CASE_VIEW}), scopes=(EVERYWHERE,))
    for viewer, status in ((reader, 403), (None, 401)):
        async with AsyncTestClient(site(settings, viewer), base_url=BASE) as client:
            assert (await send(client, message())).status_code == status
    assert await stored_cases(engine) == {}


async def test_an_engine_that_is_away_asks_to_come_again(settings: Settings) -> None:
    away = settings.model_copy(update={"es_url": "http://127.0.0.1:9"})
    async with AsyncTestClient(site(away, SENDER), base_url=BASE) as client:
        answer = await send(client, message())
    assert error(answer)[:2] == (503, "engine_unavailable")
    assert answer.headers["retry-after"]


async def test_the_description_names_every_field(client: AsyncTestClient[Litestar]) -> None:
    schema = (await client.get("/schema/openapi.json")).json()
    operation = schema["paths"][ADDRESS]["post"]
    one, many = operation["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    assert set(one["required"]) == {"channel", "kind", "received_at", "text"}
    assert one["properties"]["author"]["properties"].keys() == {
        "name", "phone", "email", "address",
    }  # fmt: skip
    assert many["maxItems"] == 500
    assert operation["summary"] == "Передать сообщение или список сообщений"
