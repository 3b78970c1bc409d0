"""Files of a case for programs: the rules of the page, answers in JSON."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import Response
from litestar.testing import AsyncTestClient

from app.engine.client import Engine
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from tests.attached_files import pdf
from tests.casework import EXECUTOR, HOUSE, OPERATOR, ROADMAN, case, do, store, stored
from tests.factories import site

ADDRESS = "/api/v1/cases/case-1/attachments"
BASE = "http://127.0.0.1:8000"
Client = AsyncTestClient[Any]


@pytest.fixture
async def client(settings: Settings, engine: Engine) -> AsyncIterator[Client]:
    given = do(case(), "assign", OPERATOR, department=HOUSE)
    await store(engine, do(given, "take", EXECUTOR))
    async with program(settings, EXECUTOR) as client:
        yield client


def program(settings: Settings, viewer: Viewer) -> Client:
    return AsyncTestClient(site(settings, viewer), base_url=BASE)


async def send(client: Client, name: str, content: bytes, **fields: str) -> Response:
    return await client.post(ADDRESS, files={"file": (name, content)}, data=fields)


async def test_a_file_is_attached_once_and_taken_off(client: Client, engine: Engine) -> None:
    sent = await send(client, "Акт №1.pdf", pdf(), key="akt-1")
    assert sent.status_code == 201, sent.text
    (file,) = sent.json()["attachments"]
    assert (file["name"], file["media_type"]) == ("Акт №1.pdf", "application/pdf")
    again = await send(client, "Акт №1.pdf", pdf(), key="akt-1")
    assert len(again.json()["attachments"]) == 1
    taken = await client.delete(f"{ADDRESS}/{file['id']}")
    assert (taken.status_code, taken.json()["attachments"]) == (200, [])
    what = [event["what"] for event in (await stored(engine, "case-1"))["history"]]
    assert what[-2:] == ["attach", "detach"]
    gone = await client.delete(f"{ADDRESS}/{file['id']}")
    assert gone.status_code == 409
    assert gone.json()["error"]["message"] == "Файлов нет."


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.html", b"<script>1</script>"), ("a.pdf.exe", b"MZ\x00"), ("a.txt", b"")],
)
async def test_what_the_page_refuses_is_refused(
    client: Client, engine: Engine, name: str, content: bytes
) -> None:
    answer = await send(client, name, content)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "file"
    assert "attachments" not in await stored(engine, "case-1")


async def test_no_file_and_no_form_are_said(client: Client) -> None:
    for answer in (
        await client.post(ADDRESS, json={"file": "a"}),
        await client.post(ADDRESS, data={"key": "1"}),
        await client.post(ADDRESS, files={"other": ("a.pdf", pdf())}),
    ):
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["field"] == "file"


async def test_a_file_too_large_is_refused(client: Client, settings: Settings) -> None:
    for extra in (1, 1 << 20):
        content = b"a" * ((settings.attachment_max_mb << 20) + extra)
        answer = await send(client, "a.txt", content)
        assert answer.status_code == 413
        assert answer.json()["error"]["message"] == "Файл больше 20 МБ."


async def test_only_who_may_and_only_own_cases(
    client: Client, engine: Engine, settings: Settings
) -> None:
    async with program(settings, ROADMAN) as stranger:
        assert (await send(stranger, "a.pdf", pdf())).status_code == 404
        assert (await stranger.delete(f"{ADDRESS}/f1")).status_code == 404
    rest = EXECUTOR.permissions - {Permission.CASE_ATTACH}
    seeing = Viewer("reader", permissions=rest, scopes=EXECUTOR.scopes)
    async with program(settings, seeing) as looking:
        assert (await send(looking, "a.pdf", pdf())).status_code == 403
    assert "attachments" not in await stored(engine, "case-1")


async def test_the_description_tells_of_the_form(client: Client) -> None:
    paths = (await client.get("/schema/openapi.json")).json()["paths"]
    attaching = paths["/api/v1/cases/{case_name}/attachments"]["post"]
    form = attaching["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["required"] == ["file"]
    assert form["properties"]["file"]["format"] == "binary"
    assert "Проверки те же" in attaching["description"]
    assert "delete" in paths["/api/v1/cases/{case_name}/attachments/{file_id}"]
