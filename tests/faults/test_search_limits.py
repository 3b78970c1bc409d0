"""A slow engine: what was found so far is shown and told, and nobody waits for ever."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.engine.client import Engine
from app.engine.names import Index
from app.search.params import SearchParams
from app.search.service import search
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from tests.factories import site
from tests.integration.search_corpus import case, filled

_BASE = "http://127.0.0.1:8000"
_SECONDS = 0.5
_LATEST = 3.0
"""The limit, the client's half a second and a busy machine."""


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """The address of a server that takes a question and never answers."""
    quiet = asyncio.Event()

    async def keep(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await quiet.wait()
        writer.close()

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    quiet.set()
    server.close()


async def test_a_silent_engine_is_told_in_time_and_the_words_are_kept(
    settings: Settings, silent: str
) -> None:
    slow = settings.model_copy(update={"es_url": silent, "search_seconds": _SECONDS})
    async with AsyncTestClient(site(slow), base_url=_BASE) as client:
        started = time.perf_counter()
        answer = await client.get("/search", params={"q": "нет воды", "state": "new"})
        assert time.perf_counter() - started < _LATEST
    assert answer.status_code == 503
    assert "не ответила вовремя" in answer.text
    assert 'value="нет воды"' in answer.text
    assert "Состояние: Новое" in answer.text


async def test_what_was_found_so_far_is_shown_and_told(
    app: Litestar, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Engine.search_in_time

    async def stopped(engine: Engine, index: Index, body: Any, left: float) -> dict[str, Any]:
        return {**await whole(engine, index, body, left), "timed_out": True}

    monkeypatch.setattr(Engine, "search_in_time", stopped)
    async with (
        filled(settings, [case(1, "Яма"), case(2, "Яма")]),
        AsyncTestClient(app, base_url=_BASE) as client,
    ):
        page = await client.get("/search", params={"q": "яма"})
        json = await client.get("/api/v1/search", params={"q": "яма"})
    assert "Показано не всё: поиск остановлен через 2\u00a0секунды." in page.text
    assert "Найдено не меньше чем 2\u00a0обращения" in page.text
    assert [change["code"] for change in json.json()["query"]["changes"]] == ["partial"]
    assert len(json.json()["hits"]) == 2


@pytest.mark.parametrize(("seconds", "said"), [(1, "1\u00a0секунду"), (0.5, "0,5 секунды")])
async def test_the_limit_in_words(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, seconds: float, said: str
) -> None:
    whole = Engine.search_in_time

    async def stopped(engine: Engine, index: Index, body: Any, left: float) -> dict[str, Any]:
        return {**await whole(engine, index, body, left), "timed_out": True}

    monkeypatch.setattr(Engine, "search_in_time", stopped)
    limited = settings.model_copy(update={"search_seconds": seconds})
    async with filled(limited, [case(1, "Яма")]) as engine:
        results = await search(engine, SearchParams(q="яма"), LOCAL_VIEWER, settings.zone)
    assert results.partial
    assert said in results.asked.changes[0].message
