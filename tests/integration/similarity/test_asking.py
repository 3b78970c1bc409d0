"""The same question by the API and by the command line."""

import json

import pytest
from anyio.to_thread import run_sync
from click.testing import CliRunner
from litestar.testing import AsyncTestClient

from app.cases.codes import State
from app.engine.client import Engine
from app.permissions import Permission
from app.settings import Settings
from app.viewer import EVERYWHERE, Viewer
from cli.main import group
from tests.factories import site
from tests.integration.search_corpus import at, case, put

TEXT = "Во дворе третью неделю не горит ни одного фонаря, дети возвращаются в темноте"
READER = Viewer("reader", permissions=frozenset({Permission.CASE_VIEW}), scopes=(EVERYWHERE,))


@pytest.fixture
async def town(engine: Engine) -> Engine:
    await put(
        engine,
        [
            case(1, TEXT, place=at("Мира", "5"), state=State.NEW),
            case(2, TEXT, place=at("Ленина", "7"), state=State.NEW),
        ],
    )
    return engine


@pytest.mark.usefixtures("town")
async def test_the_api_and_the_command_say_the_same(settings: Settings) -> None:
    body = {"text": f"{TEXT}!", "street": "ул. Мира", "house": "5", "received_at": "2026-03-02"}
    async with AsyncTestClient(site(settings, READER), base_url="http://127.0.0.1") as client:
        answer = await client.post("/api/v1/similar", json=body)
    assert answer.status_code == 200
    found = answer.json()
    first = found["duplicates"][0]
    assert first.keys() == {"id", "number", "external_id", "kind", "score", "why"}
    assert (first["id"], first["external_id"], first["kind"]) == ("id-0001", "T-1", "exact")
    assert [one["kind"] for one in found["similar"]] == ["template_copy"]
    asked = ["similar", TEXT, "--street", "Мира", "--house", "5"]
    told = await run_sync(lambda: CliRunner().invoke(group, asked))
    assert "26-000001  Точная копия" in told.output
    assert "Тот же текст о другом месте" in told.output
    same = await run_sync(lambda: CliRunner().invoke(group, [*asked, "--json"]))
    assert [one["id"] for one in json.loads(same.output)["duplicates"]] == ["id-0001"]
    bad = await run_sync(lambda: CliRunner().invoke(group, [*asked, "--size", "0"]))
    assert bad.exit_code == 2
