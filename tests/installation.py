"""One installation for all tests of a folder: indexes once, all in them anew for each test.

For tests that are many and small: making all indexes takes longer than any of them. What a test
finds is what a new installation has; one that made, closed or dropped an index costs new indexes.
A `conftest.py` takes the fixtures over by importing them. Not for tests that compare relevance
with each other: what was deleted counts in the frequencies of words until the next module begins.
"""

import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
from elasticsearch import Elasticsearch
from redis import Redis

from app.engine.client import Engine, client_options
from app.settings import Settings, get_settings

_MOST = 10_000
"""Documents one question brings; whoever leaves more gets new indexes."""
_AT_ONCE = 30
"""Indexes deleted by one call: a name has about 60 octets."""
Documents = dict[tuple[str, str], Any]
"""By index and id."""


def drop_indexes(settings: Settings) -> None:
    """All of one installation in few calls: each is a change of the cluster's state, and a line of
    HTTP holds 4,096 octets.
    """
    with _client(settings) as client:
        names = list(_indexes(client, settings))
        for start in range(0, len(names), _AT_ONCE):
            client.indices.delete(index=names[start : start + _AT_ONCE])


def _client(settings: Settings) -> Elasticsearch:
    return Elasticsearch(**(client_options(settings) | {"request_timeout": 60}))


def _indexes(client: Elasticsearch, settings: Settings) -> dict[str, Any]:
    """Mappings, settings and aliases of each."""
    return dict(client.indices.get(index=f"{settings.index_prefix}*", expand_wildcards="all"))


@dataclass
class Installation:
    """What `otklik setup` makes, and the way back to it."""

    settings: Settings
    environment: dict[str, str]
    _indexes: dict[str, Any] = field(default_factory=dict)
    _documents: Documents = field(default_factory=dict)

    def create(self) -> None:
        anyio.run(self._set_up)
        with _client(self.settings) as client:
            self._indexes = _indexes(client, self.settings)
            self._documents = self._stored(client)

    async def _set_up(self) -> None:
        from indexers.setup import run

        engine = Engine(self.settings)
        await run(engine, self.settings)
        await engine.close()

    def restore(self) -> None:
        """As new, for the next test."""
        with _client(self.settings) as client:
            same = _indexes(client, self.settings) == self._indexes
            left = self._stored(client) if same else {}
            if same and len(left) < _MOST:
                self._put_back(client, left)
                return
        drop_indexes(self.settings)
        self.create()

    def forget(self) -> None:
        """What earlier modules have deleted no longer counts in the frequencies of words."""
        with _client(self.settings) as client:
            cases = f"{self.settings.index_prefix}cases-read"
            client.indices.flush(index=cases)
            client.indices.forcemerge(index=cases, max_num_segments=1)

    def _stored(self, client: Elasticsearch) -> Documents:
        names = list(self._indexes)
        client.indices.refresh(index=names)
        hits = client.search(index=names, size=_MOST)["hits"]["hits"]
        return {(hit["_index"], hit["_id"]): hit["_source"] for hit in hits}

    def _put_back(self, client: Elasticsearch, left: Documents) -> None:
        operations: list[Any] = [
            {"delete": {"_index": index, "_id": key}}
            for index, key in left.keys() - self._documents.keys()
        ]
        for (index, key), source in self._documents.items():
            if left.get((index, key)) != source:
                operations += [{"index": {"_index": index, "_id": key}}, source]
        if operations:
            answer = client.bulk(operations=operations, refresh=True)
            assert not answer["errors"], answer


@pytest.fixture(scope="session")
def shared_installation(
    service_urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation whose indexes exist."""
    prefix = f"t{uuid.uuid4().hex[:10]}-"
    environment = {
        **service_urls,
        "OTKLIK_INDEX_PREFIX": prefix,
        "OTKLIK_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "OTKLIK_ENCODER_DIR": "",  # what is about meaning asks for it (`encoder_folder`)
        "OTKLIK_SECRET_KEY": "k" * 40,
        "OTKLIK_LEASE_SECONDS": "3",
        "OTKLIK_SWEEP_SECONDS": "1",
    }
    own = Settings(
        es_url=environment["OTKLIK_ES_URL"], index_prefix=prefix, secret_key="k" * 40, es_timeout=60
    )
    installation = Installation(own, environment)
    installation.create()
    yield installation
    drop_indexes(own)


@pytest.fixture(scope="module")
def installed(shared_installation: Installation) -> Installation:
    shared_installation.forget()
    return shared_installation


@pytest.fixture
def settings(
    installed: Installation, encoder_dir: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """The installation with nobody and no case in it; child processes find it, too."""
    for name, value in (installed.environment | {"OTKLIK_ENCODER_DIR": encoder_dir}).items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    chosen = get_settings()
    yield chosen
    get_settings.cache_clear()
    installed.restore()
    shutil.rmtree(chosen.data_dir, ignore_errors=True)
    with Redis.from_url(chosen.redis_url.get_secret_value()) as redis:
        for key in redis.scan_iter(f"{chosen.index_prefix}*"):
            redis.delete(key)


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    opened = Engine(settings)
    yield opened
    await opened.close()
