"""The page «Состояние»: the last rebuild, running, stopped and done; the backlog."""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.bulk.models import BulkJob, BulkState
from app.bulk.repository import BULK
from app.engine.client import Engine
from app.engine.names import Index
from app.exports.models import ExportFormat
from app.exports.service import ask as ask_export
from app.settings import Settings
from app.system.models import Rebuild, RebuildPhase
from app.system.rebuilds import get_rebuild, put_rebuild
from app.viewer import LOCAL_VIEWER
from indexers.rebuild.kept import drop_kept
from indexers.rebuild.run import rebuild
from tests.casework import case, store
from tests.factories import receive, row, write_csv
from tests.rebuilding import fill

Client = AsyncTestClient[Litestar]

NOW = datetime.now(UTC)
HTMX = {"HX-Request": "true"}


async def put(engine: Engine, **fields: Any) -> None:
    values: dict[str, Any] = {
        "index": Index.CASES,
        "source": "old",
        "target": "new",
        "phase": RebuildPhase.COPYING,
        "started_at": NOW,
        "updated_at": NOW,
        "copied": 1_000,
        "total": 2_000,
    }
    await put_rebuild(
        engine, Rebuild(**{**values, **fields}), await get_rebuild(engine, Index.CASES)
    )


async def test_before_the_first(engine: Engine, app_client: Client) -> None:
    for headers in ({}, HTMX):
        text = (await app_client.get("/system", headers=headers)).text
        assert "Ещё не было" in text
        assert 'hx-trigger="every 15s"' in text


async def test_a_running_one_is_watched(engine: Engine, app_client: Client) -> None:
    await put(engine, owner="host:1", lease_until=datetime.now(UTC) + timedelta(minutes=5))
    page = (await app_client.get("/system")).text
    assert "<html" in page
    fragment = (await app_client.get("/system", headers=HTMX)).text
    assert fragment.lstrip().startswith('<div id="system-state"')
    for text in (page, fragment):
        assert "копируются документы" in text
        assert "1\u00a0000 из 2\u00a0000" in text
        assert 'hx-trigger="every 2s"' in text


async def test_a_stopped_one_says_what_to_do(engine: Engine, app_client: Client) -> None:
    await put(engine, error="Новый индекс не принял обращение 5.", lease_until=None)
    text = (await app_client.get("/system")).text
    assert "Новый индекс не принял обращение 5." in text
    assert "выполните «otklik rebuild cases»" in text
    assert 'hx-trigger="every 15s"' in text


async def test_a_finished_one(engine: Engine, settings: Settings, app_client: Client) -> None:
    await fill(engine, 21)
    done = await rebuild(engine, settings, Index.CASES, lambda _: None)
    text = (await app_client.get("/system")).text
    assert done.target in text
    assert "21\u00a0документ<" in text
    assert "0\u00a0документов" in text
    assert "Запись ждала переключения" in text
    assert done.source in text
    await drop_kept(engine, Index.CASES)
    text = (await app_client.get("/system")).text
    assert done.source not in text
    assert "<dd>удалён</dd>" in text


async def test_the_backlog(
    engine: Engine, settings: Settings, app_client: Client, tmp_path: Any
) -> None:
    await receive(engine, settings, write_csv(tmp_path / "t.csv", [row(1)]))
    text = (await app_client.get("/system")).text
    assert '<dt>Загрузок в работе</dt><dd class="figures">1</dd>' in text
    for words in ("Выгрузок в работе", "Действий над списками в работе", "ещё не в журнале"):
        assert f'{words}</dt><dd class="figures">0</dd>' in text


async def test_the_backlog_counts_every_queue(
    engine: Engine, settings: Settings, app_client: Client
) -> None:
    await ask_export(engine, LOCAL_VIEWER, [], ExportFormat.CSV)
    now = datetime.now(UTC)
    job = BulkJob(
        id="b1",
        state=BulkState.QUEUED,
        action="assign",
        given={},
        ids=["1"],
        viewer=LOCAL_VIEWER,
        created_at=now,
        updated_at=now,
    )
    await BULK.create(engine, job)
    await store(engine, case(1, audit_due=True), case(2, audit_due=True), case(3))
    text = (await app_client.get("/system")).text
    for words, count in (
        ("Выгрузок в работе", 1),
        ("Действий над списками в работе", 1),
        ("ещё не в журнале", 2),
    ):
        assert f'{words}</dt><dd class="figures">{count}</dd>' in text


async def test_an_older_version_names_the_command(engine: Engine, app_client: Client) -> None:
    answer = await engine.client.indices.get_mapping(index=engine.read_alias(Index.CASES))
    (name,) = answer.body
    meta = answer[name]["mappings"]["_meta"]
    await engine.client.indices.put_mapping(index=name, meta={**meta, "version": 0})
    assert "Выполните команду «otklik rebuild cases»" in (await app_client.get("/system")).text


async def test_without_services_nothing_is_claimed(lone: Client) -> None:
    text = (await lone.get("/system")).text
    assert "Ещё не было" not in text
    assert "Неизвестно" in text
