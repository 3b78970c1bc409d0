"""Health, metrics, schema and the page «Состояние», with services and without them."""

from collections.abc import AsyncIterator

import pytest
from elasticsearch import AsyncElasticsearch
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.engine.client import Engine
from app.settings import Settings
from tests.factories import site
from tests.web.conftest import BASE

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
    text = (await lone.get("/metrics")).text
    assert 'otklik_http_requests_total{method="GET",route="/health/live",status="200"} 1.0' in text
    assert 'otklik_http_requests_total{method="GET",route="unknown",status="404"} 1.0' in text
    assert "nowhere-particular" not in text
    assert 'otklik_dependency_up{service="elasticsearch"} 0.0' in text


async def test_schema_has_the_api_only_and_loads_nothing(lone: Client) -> None:
    schema = (await lone.get("/schema")).json()
    assert schema["info"]["title"] == "Отклик"
    assert {"/api/v1/echo", "/api/v1/number"} <= set(schema["paths"])
    assert [path for path in schema["paths"] if not path.startswith("/api/v1/")] == []
    assert (await lone.get("/schema/openapi.json")).json() == schema
    assert "openapi:" in (await lone.get("/schema/openapi.yaml")).text
    assert (await lone.get("/schema/swagger")).status_code == 404


async def test_not_ready_before_setup(live: Client) -> None:
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
