"""From marked rows of the search to what came of each, as plain forms."""

import re
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from app.cases.codes import State
from app.engine.client import Engine
from app.settings import Settings
from app.viewer import Viewer
from indexers.bulk_actions import run_bulk
from tests.casework import COORDINATOR, EXECUTOR, HOUSE, case, store, stored
from tests.factories import site
from tests.web.intake_browser import HX

BASE = "http://127.0.0.1:8000"
_HIDDEN = re.compile(r'name="(_csrf_token|key)" value="(\w+)"')


async def chosen(client: AsyncTestClient[Any], **form: str | list[str]) -> str:
    token = dict(_HIDDEN.findall((await client.get("/search")).text))["_csrf_token"]
    answer = await client.post("/bulk/choose", data={"_csrf_token": token, **form})
    assert answer.status_code == 200, answer.text
    return answer.text


async def asked(client: AsyncTestClient[Any], text: str, **form: str | list[str]) -> Any:
    hidden = dict(_HIDDEN.findall(text))
    return await client.post("/bulk", data={**hidden, **form}, follow_redirects=False)


@pytest.fixture
async def town(engine: Engine) -> None:
    await store(
        engine,
        *(case(number) for number in range(1, 4)),
        case(4, state=State.CLOSED, closed_at=case().received_at),
    )


async def test_marked_rows_are_changed_and_each_is_told(
    engine: Engine, settings: Settings, town: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[str, ...]] = []

    async def heard(_: Settings, actor: str, *args: str) -> bool:
        rung.append((actor, *args))
        return True

    monkeypatch.setattr("app.bulk.controllers.ring", heard)
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        text = await chosen(client, id=["case-1", "case-4"])
        assert "2\u00a0обращения" in text
        wrong = await asked(client, text, action="assign", id=["case-1", "case-4"])
        assert wrong.status_code == 303, "without a department each row says why"
        done = await asked(
            client,
            await chosen(client, id=["case-1", "case-4"]),
            action="assign",
            department=HOUSE,
            id=["case-1", "case-4"],
        )
        shown = (await client.get(done.headers["location"])).text
        assert "Сделано" in shown
        assert "Сейчас «Закрыто»" in shown
        assert 'href="/cases/case-4"' in shown
    assert ("sweep_audit",) in rung, "the journal hears of it at once"
    assert (await stored(engine, "case-1"))["workflow"]["department"] == HOUSE


async def test_the_whole_result_goes_to_a_worker_with_progress(
    engine: Engine, settings: Settings
) -> None:
    await store(engine, *(case(number) for number in range(1, 61)))
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        text = await chosen(client, all="1", state="new")
        assert "60\u00a0обращений" in text
        ids = re.findall(r'name="id" value="(case-\d+)"', text)[:60]
        answer = await asked(client, text, action="set_importance", importance="high", id=ids)
        address = answer.headers["location"].partition("?")[0]
        waiting = await client.get(address, headers=HX)
        assert 'hx-trigger="every 1s"' in waiting.text
        assert "<html" not in waiting.text
        await run_bulk(engine, settings, address.rpartition("/")[2])
        done = (await client.get(address)).text
        assert "every 1s" not in done
        assert done.count("Сделано") >= 60


async def test_a_mistake_keeps_the_choice_and_what_was_typed(
    engine: Engine, settings: Settings, town: None
) -> None:
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        text = await chosen(client, id="case-1")
        wrong = await asked(
            client, text, action="classify", im_group="Дороги", appeal_code="5", id="case-1"
        )
        assert wrong.status_code == 400
        assert 'value="Дороги"' in wrong.text
        assert 'name="id" value="case-1"' in wrong.text
        assert "field-error" in wrong.text


async def test_rows_are_marked_only_by_those_who_may(settings: Settings, town: None) -> None:
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        assert 'form="bulk-form"' in (await client.get("/search")).text
    reader = Viewer("reader", permissions=frozenset({"case.view"}), scopes=COORDINATOR.scopes)
    for viewer in (reader, EXECUTOR):
        async with AsyncTestClient(site(settings, viewer), base_url=BASE) as client:
            page = await client.get("/search")
            assert 'form="bulk-form"' not in page.text
            token = dict(_HIDDEN.findall(page.text)).get("_csrf_token", "")
            refused = await client.post("/bulk", data={"_csrf_token": token, "action": "assign"})
            assert refused.status_code == 403
