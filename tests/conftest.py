"""Fixtures over the real engine: every test run has index and queue names of its own."""

import fcntl
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
from elasticsearch import AsyncElasticsearch
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.engine.client import Engine, client_options
from app.meaning.ensure import ensure
from app.settings import ROOT, Settings, get_settings
from tests.installation import drop_indexes
from tests.sites import site, sites_come_back

__all__ = ["sites_come_back"]

os.environ["OTKLIK_ENCODER_DIR"] = ""  # what is about meaning asks for it (`encoder_dir`)
IN_CI = bool(os.environ.get("CI"))


hypothesis.settings.register_profile("otklik", deadline=None)  # no test is about the clock
hypothesis.settings.load_profile("otklik")
_ALONE = "tests/faults/"
"""What kills processes and starts engines runs after all the rest."""
_BESIDE = ("tests/faults/test_engine_up.py", "tests/faults/test_search_hostile.py")
"""Faults that have nothing to do with time and start no engine."""
_FIRST = ("e2e", "relevance", "faults", "integration", "web", "contract", "unit")
"""Folders by what one file costs: two workers that take files in this order end together."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {item: item.path.relative_to(ROOT).as_posix() for item in items}
    for item, place in places.items():
        if place.startswith(_ALONE) and place not in _BESIDE:
            item.add_marker("alone")
    items.sort(key=lambda item: _FIRST.index(places[item].split("/")[1]))


def _missing(what: str) -> None:
    """A missing service skips at a developer's desk and fails where everything must run."""
    if IN_CI:
        pytest.fail(f"{what} is not reachable and CI may skip nothing")
    pytest.skip(f"{what} is not reachable: use make test")


@pytest.fixture(scope="session")
def service_urls() -> dict[str, str]:
    """Addresses of the engine and Redis, as `make test` starts them."""
    names = ("OTKLIK_ES_URL", "OTKLIK_REDIS_URL")
    if any(name not in os.environ for name in names):
        _missing("Elasticsearch or Redis")
    return {name: os.environ[name] for name in names}


@pytest.fixture(scope="session")
def encoder_folder() -> Path:
    """The shipped encoder, made by whichever test process comes first."""
    folder = ROOT / "var" / "encoder"
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / ".encoder-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ensure(str(folder))
    return folder


@pytest.fixture
def encoder_dir() -> str:
    """Off; a module that is about meaning gives `encoder_folder` by a fixture of this name."""
    return ""


@pytest.fixture
def settings(
    service_urls: dict[str, str], tmp_path: Path, encoder_dir: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """Settings of a fresh installation; its environment also reaches child processes."""
    prefix = f"t{uuid.uuid4().hex[:10]}-"
    environment = {
        **service_urls,
        "OTKLIK_INDEX_PREFIX": prefix,
        "OTKLIK_DATA_DIR": str(tmp_path / "data"),
        "OTKLIK_ENCODER_DIR": encoder_dir,
        "OTKLIK_SECRET_KEY": "k" * 40,
        "OTKLIK_LEASE_SECONDS": "3",
        "OTKLIK_SWEEP_SECONDS": "1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    chosen = get_settings()
    yield chosen
    get_settings.cache_clear()
    drop_indexes(chosen)


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    """An engine with empty indexes of the current mappings."""
    from indexers.setup import run

    opened = Engine(settings)
    await run(opened, settings)
    yield opened
    await opened.close()


@pytest.fixture
async def raw_engine(settings: Settings) -> AsyncIterator[AsyncElasticsearch]:
    """The bare client, for what the product itself never does."""
    async with AsyncElasticsearch(**client_options(settings)) as client:
        yield client


@pytest.fixture
def app(settings: Settings) -> Litestar:
    return site(settings)


@pytest.fixture
async def app_client(app: Litestar, engine: Engine) -> AsyncIterator[AsyncTestClient[Litestar]]:
    """The whole application over indexes that exist."""
    async with AsyncTestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client
