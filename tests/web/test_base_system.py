"""Health, metrics, schema and the page «Состояние», with services and without them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from elasticsearch import AsyncElasticsearch
from litestar import Litestar
from litestar.testing import AsyncTestClient
from redis.asyncio import Redis

from app.audit.models import happened
from app.audit.waiting import Journal, drain, waiting_key
from app.engine.client import Engine
from app.engine.names import Index
from app.settings import Settings
from app.system.contexts import INDEX_TITLES
from indexers.audit.project import project_due
from indexers.enrichment.run import enrich
from tests.auditing import new_case, put
from tests.factories import site
from tests.installation import drop_indexes
from tests.web.conftest import BASE, NOWHERE

Client = AsyncTestClient[Litestar]


@pytest.fixture
async def live(settings: Settings) -> AsyncIterator[Client]:
    async with AsyncTestClient(site(settings), base_url=BASE) as client:
        yield client


async def test_process_lives_without_services(lone: Client) -> None:
    assert (await lone.get("/health/live")).status_code == 200
    answer = await lone.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not_ready",
        "checks": {
            "elasticsearch": "engine_unavailable",
            "indexes": "unknown",
            "redis": "queue_unavailable",
        },
        "indexes": [],
    }


def test_every_index_has_a_name_for_people() -> None:
    assert set(INDEX_TITLES) == set(Index)


async def test_state_page_works_without_services(lone: Client) -> None:
    answer = await lone.get("/system")
    assert answer.status_code == 200
    assert "Не отвечает." in answer.text
    assert "site-banner" in answer.text
    fragment = await lone.get("/system", headers={"HX-Request": "true"})
    assert fragment.text.lstrip().startswith('<div id="system-state"')


async def test_metrics_count_by_route_not_by_address(lone: Client) -> None:
    await lone.get("/nowhere-particular")
    await lone.get("/health/live")
    await lone.get("/metrics")
    text = (await lone.get("/metrics")).text
    assert 'otklik_http_requests_total{method="GET",route="/health/live",status="200"} 1.0' in text
    assert 'otklik_http_requests_total{method="GET",route="unknown",status="404"} 1.0' in text
    assert "nowhere-particular" not in text
    assert 'otklik_dependency_up{service="elasticsearch"} 0.0' in text
    assert "otklik_audit_cases_due NaN" in text
    assert "otklik_audit_lines_waiting NaN" in text
    assert "otklik_late_reminders NaN" in text
    assert "otklik_late_letters 0.0" in text, "no mail is set up"


async def test_schema_has_the_api_only_and_loads_nothing(lone: Client) -> None:
    schema = (await lone.get("/schema")).json()
    assert schema["info"]["title"] == "Отклик"
    assert {"/api/v1/echo", "/api/v1/number"} <= set(schema["paths"])
    assert [path for path in schema["paths"] if not path.startswith("/api/v1/")] == []
    assert (await lone.get("/schema/openapi.json")).json() == schema
    assert "openapi:" in (await lone.get("/schema/openapi.yaml")).text
    assert (await lone.get("/schema/swagger")).status_code == 404


async def test_not_ready_before_setup(live: Client, settings: Settings) -> None:
    drop_indexes(settings)
    answer = await live.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "elasticsearch": "ok", "indexes": "engine_setup", "redis": "ok",
    }  # fmt: skip


async def test_ready_after_setup(engine: Engine, live: Client) -> None:
    answer = await live.get("/health/ready")
    assert answer.status_code == 200
    assert {index["code"] for index in answer.json()["indexes"]} == {"ok"}
    assert "Версии совпадают." in (await live.get("/system")).text


async def test_other_mapping_version_is_said_not_merged(
    engine: Engine, live: Client, raw_engine: AsyncElasticsearch, settings: Settings
) -> None:
    live_mapping = await raw_engine.indices.get_mapping(
        index=f"{settings.index_prefix}counters-read"
    )
    (name,) = live_mapping.body
    meta = live_mapping.body[name]["mappings"]["_meta"]
    await raw_engine.indices.put_mapping(index=name, meta={**meta, "version": 9999})
    answer = await live.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["indexes"] == "index_version"
    assert "другая версия" in (await live.get("/system")).text


async def test_a_model_that_is_away_is_said_and_is_no_reason_not_to_be_ready(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    await put(engine, new_case(1), new_case(2))
    lost = settings.model_copy(update={"encoder_dir": str(tmp_path / "nothing")})
    await enrich(engine, lost, 30)
    await put(engine, new_case(3))
    await engine.refresh(Index.CASES)
    async with AsyncTestClient(site(lost), base_url=BASE) as client:
        page = (await client.get("/system")).text
        metrics = (await client.get("/metrics")).text
        assert (await client.get("/health/ready")).status_code == 200
    assert "Модели смысла нет: её делает команда «otklik setup»." in page
    assert "только по словам" in page
    assert "Обращений ждут обработки</dt><dd>1</dd>" in re.sub(r"<dd[^>]*>", "<dd>", page)
    assert "otklik_encoder_ready 0.0" in metrics
    assert 'otklik_enrichment_cases{what="unfinished"} 1.0' in metrics
    assert 'otklik_enrichment_cases{what="without_vectors"} NaN' in metrics


DUE = "Обращений, изменения которых ещё не в журнале"
WAITING = "Записей журнала ждут в Redis, пока недоступен Elasticsearch"


async def behind(client: Client) -> dict[str, int | None]:
    """What the page and Prometheus say, which is the same; None where the page says nothing."""
    page, told = (await client.get("/system")).text, {}
    metrics = (await client.get("/metrics")).text
    for words, name in ((DUE, "cases_due"), (WAITING, "lines_waiting")):
        found = re.search(rf"{words}</dt><dd[^>]*>(\d+)</dd>", page)
        gauge = re.search(rf"^otklik_audit_{name} (\S+)$", metrics, re.MULTILINE)
        assert gauge
        assert gauge[1] == (f"{int(found[1])}.0" if found else "NaN")
        told[name] = int(found[1]) if found else None
    return told


async def test_how_far_the_journal_is_behind(
    engine: Engine, live: Client, settings: Settings
) -> None:
    assert await behind(live) == {"cases_due": 0, "lines_waiting": 0}
    away = Engine(settings.model_copy(update={"es_url": NOWHERE}))
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        for who in ("petrov", "sidorov", "ivanova"):
            assert await Journal(away, redis).note(happened("sign_in.done", who=who))
        await away.close()
        await put(engine, new_case(1), new_case(2))
        await engine.refresh(Index.CASES)
        assert await behind(live) == {"cases_due": 2, "lines_waiting": 3}
        assert await drain(engine, redis) == 3
    assert await project_due(engine) == 2
    await engine.refresh(Index.CASES)
    assert await behind(live) == {"cases_due": 0, "lines_waiting": 0}


async def test_waiting_lines_are_told_while_the_engine_is_away(settings: Settings) -> None:
    """Just then they wait."""
    away = settings.model_copy(update={"es_url": NOWHERE})
    engine = Engine(away)
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        assert await Journal(engine, redis).note(happened("sign_in.done", who="petrov"))
        await engine.close()
        async with AsyncTestClient(site(away), base_url=BASE) as client:
            assert await behind(client) == {"cases_due": None, "lines_waiting": 1}
        await redis.delete(waiting_key(settings.index_prefix))
