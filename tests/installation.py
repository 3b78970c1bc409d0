"""One installation for a whole module: indexes once, people and sessions anew for each test.

For tests of people and cases, which are many and small: making all indexes takes longer than any.
A `conftest.py` takes the fixtures over by importing them.
"""

import shutil
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
from elasticsearch import Elasticsearch
from redis import Redis

from app.engine.client import Engine, client_options
from app.engine.names import Index, write_alias
from app.settings import Settings, get_settings


@pytest.fixture(scope="module")
def installed(
    service_urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The environment of an installation whose indexes exist."""
    from indexers.setup import run

    prefix = f"t{uuid.uuid4().hex[:10]}-"
    environment = {
        **service_urls,
        "OTKLIK_INDEX_PREFIX": prefix,
        "OTKLIK_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "OTKLIK_SECRET_KEY": "k" * 40,
    }
    import anyio

    own = Settings(
        es_url=environment["OTKLIK_ES_URL"], index_prefix=prefix, secret_key="k" * 40, es_timeout=60
    )

    async def create() -> None:
        engine = Engine(own)
        await run(engine, own)
        await engine.close()

    anyio.run(create)
    yield environment
    with Elasticsearch(**(client_options(own) | {"request_timeout": 60})) as client:
        for name in client.indices.get(index=f"{prefix}*", expand_wildcards="all"):
            client.indices.delete(index=name)


@pytest.fixture
def settings(installed: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The installation with nobody and no case in it."""
    for name, value in installed.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    chosen = get_settings()
    yield chosen
    get_settings.cache_clear()
    with Elasticsearch(**(client_options(chosen) | {"request_timeout": 60})) as client:
        for kind in (Index.USERS, Index.CASES, Index.BULK, Index.NOTICES, Index.DIGESTS):
            name = write_alias(chosen.index_prefix, kind)
            client.indices.refresh(index=name)
            hits = client.search(index=name, size=10_000, source=False)["hits"]["hits"]
            if gone := [{"delete": {"_id": hit["_id"]}} for hit in hits]:
                client.bulk(index=name, operations=gone, refresh=True)
    shutil.rmtree(chosen.data_dir / "attachments", ignore_errors=True)
    with Redis.from_url(chosen.redis_url.get_secret_value()) as redis:
        for key in redis.scan_iter(f"{chosen.index_prefix}*"):
            redis.delete(key)


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    opened = Engine(settings)
    yield opened
    await opened.close()
