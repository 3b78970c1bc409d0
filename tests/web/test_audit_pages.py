"""«Журнал» as a page, with and without htmx; refused requests in it."""

import csv
import html
import re
import time
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.audit.models import ObjectKind, Outcome, happened
from app.audit.query import PAGE
from app.audit.refusals import MINUTE
from app.audit.service import record
from app.engine.client import Engine
from app.engine.names import Index
from app.exports.files import ExportFiles
from app.exports.repository import EXPORTS
from app.permissions import Permission
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer
from indexers.exports.run import run_export
from tests.auditing import lines
from tests.factories import make_user, site
from tests.web.intake_browser import HX, Browser

BASE = "http://127.0.0.1:8000"
AUDITOR = Viewer("auditor", permissions=frozenset({Permission.AUDIT_VIEW}))
CLERK = Viewer("clerk", permissions=frozenset({Permission.CASE_VIEW}))
_ROWS = re.compile(r'<td data-label="Что сделано">')


@pytest.fixture
async def auditor(settings: Settings, engine: Engine) -> AsyncIterator[Browser]:
    async with AsyncTestClient(site(settings, AUDITOR), base_url=BASE) as client:
        yield Browser(client, engine, settings)


@pytest.fixture
async def clerk(settings: Settings, engine: Engine) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with AsyncTestClient(site(settings, CLERK), base_url=BASE) as client:
        yield client


async def filled(engine: Engine) -> None:
    for number in range(PAGE + 5):
        await record(
            engine,
            happened(
                "case.take",
                who="petrov" if number % 2 else "ivanov",
                kind=ObjectKind.CASE,
                object_id=f"c{number}",
                number=f"26-{number:06d}",
                address="10.0.0.7",
                agent="Firefox",
            ),
        )
    await record(
        engine,
        happened("request.refused", outcome=Outcome.REFUSED, code="forbidden", route="/audit"),
    )
    await engine.refresh_reads(Index.AUDIT)


async def test_the_journal_from_filters_to_the_file(auditor: Browser) -> None:
    await filled(auditor.engine)
    whole = await auditor.get("/audit")
    assert whole.status_code == 200
    assert whole.headers["vary"] == "HX-Request"
    text = whole.text
    assert len(_ROWS.findall(text)) == PAGE
    for told in ("Взято в работу", "Отказано", "нет права", "10.0.0.7, Firefox", "26-000050"):
        assert told in text, told
    further = re.search(r'rel="next" href="([^"]+)"', text)
    assert further
    second = (await auditor.get(html.unescape(further[1]))).text
    assert 0 < len(_ROWS.findall(second)) <= 10
    part = (await auditor.get("/audit?who=petrov", hx=True)).text
    assert "<html" not in part
    assert "Кто: petrov" in part
    assert "ivanov</a>\n" not in part.partition("<tbody>")[2]
    one = (await auditor.get("/audit?number=26-000003")).text
    assert len(_ROWS.findall(one)) == 1
    assert 'href="/cases/c3"' in one
    refused = (await auditor.get("/audit?outcome=refused")).text
    assert len(_ROWS.findall(refused)) == 1
    assert "Записей не нашлось" in (await auditor.get("/audit?who=nobody")).text
    assert (await auditor.get("/audit?from=вчера")).status_code == 400
    read = await lines(auditor.engine, what="audit.read")
    assert {line["who"] for line in read} == {"auditor"}
    assert ["who"] in [line.get("changed") for line in read]
    await to_a_file(auditor)


async def test_people_are_named_and_machines_too(auditor: Browser, settings: Settings) -> None:
    await make_user(auditor.engine, settings, "petrov", name="Петров Пётр Ильич")
    for who in ("petrov", "gone", "setup", "local"):
        line = happened("account.opened", who=who, kind=ObjectKind.ACCOUNT, object_id="x")
        await record(auditor.engine, line)
    refused = {"outcome": Outcome.REFUSED, "route": "/people", "kind": ObjectKind.ACCOUNT}
    await record(auditor.engine, happened("request.refused", who="gone", **refused))
    await auditor.engine.refresh_reads(Index.AUDIT)
    text = (await auditor.get("/audit")).text
    machines = ("Установка", "Команда на сервере")
    for told in ("Петров П. И.</a>", ">petrov</div>", "gone</a>", *machines):
        assert told in text, told
    assert re.search(r"человек x\s", text)
    assert not re.search(r"человек\s*<", text), "a refusal is about nobody in particular"
    assert "Кто: Петров П. И." in (await auditor.get("/audit?who=petrov", hx=True)).text


async def to_a_file(auditor: Browser) -> None:
    answer = await auditor.post("/audit/exports", {"format": "csv", "who": "petrov"})
    assert answer.status_code == 303
    found = re.search(r"[0-9A-Z]{26}", answer.headers["location"])
    assert found
    await run_export(auditor.engine, auditor.settings, found[0])
    page = (await auditor.get(f"/exports/{found[0]}")).text
    assert "К журналу" in page
    assert "Кто" in page
    taken = await auditor.get(f"/exports/{found[0]}/file")
    assert taken.status_code == 200
    job = (await EXPORTS.get(auditor.engine, found[0])).job
    with ExportFiles(auditor.settings, job).result.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == job.done == (PAGE + 5) // 2
    assert {row["Кто"] for row in rows} == {"petrov"}
    assert rows[0]["Что сделано"] == "Взято в работу"
    told = await lines(auditor.engine, kind="export", object_id=found[0])
    assert sorted(line["what"] for line in told) == ["audit.exported", "export.downloaded"]
    assert "Журнал" in (await auditor.get("/exports")).text


async def test_only_who_may_read_it(
    clerk: AsyncTestClient[Litestar], settings: Settings, engine: Engine
) -> None:
    forbidden = await clerk.get("/audit")
    assert forbidden.status_code == 403
    assert "попросите право у администратора" in forbidden.text
    [line] = await lines(engine, what="request.refused")
    assert (line["who"], line["code"], line["outcome"]) == ("clerk", "forbidden", "refused")
    assert (line["method"], line["route"], line["kind"]) == ("GET", "/audit", "audit")
    async with AsyncTestClient(site(settings, None), base_url=BASE) as stranger:
        asked = await stranger.get("/audit", follow_redirects=False)
        assert asked.status_code == 303, "to the page of signing in"
    assert len(await lines(engine, code="not_signed_in")) == 1


async def test_refused_requests_are_told(clerk: AsyncTestClient[Litestar], engine: Engine) -> None:
    answers = [
        await clerk.get(
            "/cases/26-999999", headers={"user-agent": "curl/8", "x-request-id": "r" * 12}
        ),
        await clerk.get("/cases/Иванова Мария"),
        await clerk.get("/api/v1/cases/nothing"),
        await clerk.post("/exports", data={"_csrf_token": "forged"}),
        await clerk.post("/exports", headers={"origin": "http://evil.example"}),
        await clerk.get("/search", headers={"host": "evil.example"}),
        await clerk.get("/nowhere"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 403, 403, 421, 404]
    told = await lines(engine, what="request.refused")
    assert [line["code"] for line in told] == [
        "not_found",
        "not_found",
        "not_found",
        "stale_form",
        "foreign_origin",
        "foreign_host",
    ]
    assert (told[0]["object_id"], told[0]["agent"], told[0]["request_id"]) == (
        "26-999999",
        "curl",
        "r" * 12,
    )
    assert "object_id" not in told[1]
    assert "Иванова" not in str(told)


async def test_a_flood_is_bounded(
    clerk: AsyncTestClient[Litestar], engine: Engine, settings: Settings
) -> None:
    for _ in range(60):
        await clerk.get("/audit")
    assert len(await lines(engine, what="request.refused")) == 20
    clerk.app.state.refusals._clock = lambda: time.monotonic() + MINUTE
    await clerk.get("/audit")
    [many] = await lines(engine, what="request.refused_many")
    assert many["count"] == 40


async def test_without_the_engine_nothing_is_taken(settings: Settings) -> None:
    dead = settings.model_copy(update={"es_url": "http://127.0.0.1:9"})
    async with AsyncTestClient(site(dead, LOCAL_VIEWER), base_url=BASE) as client:
        for headers in ({}, HX):
            answer = await client.get("/audit", headers=headers)
            assert answer.status_code == 503
