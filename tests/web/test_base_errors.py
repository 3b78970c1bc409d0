"""Errors in three shapes, request numbers, security headers, foreign hosts."""

import json
from typing import Any

import pytest
import structlog
from litestar import Litestar
from litestar.exceptions import InternalServerException
from litestar.testing import AsyncTestClient
from structlog.testing import capture_logs

from app.http_errors import trouble_of
from app.web.security import SECURITY_HEADERS

Client = AsyncTestClient[Litestar]

TROUBLES = [
    ("/nowhere", 404, "not_found"),
    ("/number?size=many", 400, "bad_input"),
    ("/broken", 500, "internal"),
    ("/undefined", 500, "internal"),
    ("/down", 503, "engine_unavailable"),
]


def assert_no_insides(text: str) -> None:
    for word in ("Traceback", "secret-inside", "RuntimeError", "site-packages", ".py", "litestar"):
        assert word not in text


@pytest.mark.parametrize(("path", "status", "code"), TROUBLES)
async def test_json_for_programs(lone: Client, path: str, status: int, code: str) -> None:
    answer = await lone.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["request_id"] == answer.headers["x-request-id"]
    assert error["message"][-1] == "."
    assert set(error) <= {"code", "message", "field", "request_id"}
    assert_no_insides(answer.text)


@pytest.mark.parametrize(("path", "status", "code"), TROUBLES)
async def test_page_for_people(lone: Client, path: str, status: int, code: str) -> None:
    answer = await lone.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert "<html" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "Что делать" in answer.text
    assert_no_insides(answer.text)


@pytest.mark.parametrize(("path", "status", "code"), TROUBLES)
async def test_fragment_for_htmx(lone: Client, path: str, status: int, code: str) -> None:
    answer = await lone.get(path, headers={"HX-Request": "true"})
    assert answer.status_code == status
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text
    assert answer.headers["vary"] == "HX-Request"
    assert answer.headers["x-request-id"] in answer.text
    assert_no_insides(answer.text)


async def test_api_errors_are_json_whatever_is_asked(lone: Client) -> None:
    answer = await lone.get("/api/v1/number?size=0", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "size"
    missing = await lone.get("/api/v1/nowhere", headers={"Accept": "text/html"})
    assert missing.json()["error"]["code"] == "not_found"


async def test_wrong_method_names_the_right_ones(lone: Client) -> None:
    answer = await lone.put("/api/v1/number")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.json()["error"]["code"] == "method_not_allowed"


async def test_engine_down_is_a_banner(lone: Client) -> None:
    answer = await lone.get("/down")
    assert "site-banner-danger" in answer.text
    assert "Поисковая система сейчас недоступна." in answer.text
    assert answer.headers["retry-after"] == "30"


async def test_own_error_names_its_field(lone: Client) -> None:
    page = await lone.get("/system")
    sent = page.text.partition('name="_csrf_token" value="')[2].partition('"')[0]
    answer = await lone.post(
        "/note",
        data={"text": "", "_csrf_token": sent},
        headers={"Accept": "application/json"},
    )
    assert answer.json()["error"]["field"] == "text"
    assert answer.json()["error"]["message"] == "Напишите текст."


@pytest.mark.parametrize("path", ["/system", "/nowhere", "/broken", "/static/otklik.css"])
async def test_security_headers_are_on_every_answer(lone: Client, path: str) -> None:
    answer = await lone.get(path)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8000",
        "a@127.0.0.1",
        "[::1",
        "10.0.0.1",
    ],
)
async def test_foreign_host_is_refused(lone: Client, host: str) -> None:
    answer = await lone.get("/health/live", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.json()["error"]["code"] == "foreign_host"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8013", "localhost:8000", "[::1]:8000"])
async def test_own_host_is_answered(lone: Client, host: str) -> None:
    assert (await lone.get("/health/live", headers={"Host": host})).json() == {"status": "ok"}


async def test_request_number_is_taken_from_a_proxy_if_it_is_plain(lone: Client) -> None:
    given = await lone.get("/health/live", headers={"X-Request-ID": "proxy-0001"})
    assert given.headers["x-request-id"] == "proxy-0001"
    odd = await lone.get("/health/live", headers={"X-Request-ID": "<b>x</b>"})
    assert odd.headers["x-request-id"] != "<b>x</b>"


async def test_journal_has_the_path_and_no_query(lone: Client) -> None:
    structlog.reset_defaults()
    with capture_logs() as lines:
        await lone.get("/nowhere?q=Иванов")
    noted: list[Any] = [line for line in lines if line["event"] == "request"]
    assert [(line["path"], line["status"]) for line in noted] == [("/nowhere", 404)]
    assert "Иванов" not in json.dumps([str(line) for line in lines], ensure_ascii=False)


def test_a_page_that_was_left_is_no_failure() -> None:
    """As Litestar tells of a browser that goes on before it has sent all."""
    trouble = trouble_of(InternalServerException("client disconnected prematurely"))
    assert (trouble.status, trouble.code) == (400, "client_gone")
    assert trouble_of(InternalServerException("other")).code == "internal"
