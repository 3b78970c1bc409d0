"""The stream behind the bell, over a real socket: live, limited, and over with its session."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import msgspec
import pytest
from litestar import Litestar
from redis.asyncio import Redis

from app.accounts.models import User
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineUnavailableError
from app.notices import bells, stream
from app.settings import Settings
from indexers.notices.project import project_due_notices
from tests.casework import store
from tests.factories import open_session, sessions_of
from tests.noticing import add_person, telling_case
from tests.serving import serving

PATIENCE = 30


class Listener:
    """One window's stream."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.name = ""

    async def event(self) -> dict[str, object]:
        """The next event, `{}` for one without data; raises where the stream ends instead."""
        async with asyncio.timeout(PATIENCE):
            while True:
                line = await anext(self._lines)
                if line.startswith("event: "):
                    self.name = line.removeprefix("event: ")
                if line.startswith("data:"):
                    return dict(msgspec.json.decode(line.removeprefix("data:").strip() or "{}"))

    async def unread(self) -> object:
        return (await self.event())["unread"]

    async def ended(self) -> list[str]:
        """What is said until the end."""
        async with asyncio.timeout(PATIENCE):
            return [line async for line in self._lines]


@asynccontextmanager
async def listening(url: str, cookies: dict[str, str]) -> AsyncIterator[Listener]:
    async with (
        httpx.AsyncClient(cookies=cookies, timeout=PATIENCE) as client,
        client.stream("GET", f"{url}/notices/stream") as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        yield Listener(answer.aiter_lines())


@pytest.fixture
async def olga(engine: Engine) -> User:
    return await add_person(engine, "olga")


@pytest.fixture
async def served(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, Litestar]]:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.3)
    monkeypatch.setattr(stream, "_PAUSE", 0.05)
    async with serving(settings) as found:
        yield found


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - another task makes it so
            await asyncio.sleep(0.05)


async def test_a_new_notice_is_told_at_once_to_every_process(
    settings: Settings, engine: Engine, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the bell alone: the look at intervals is an hour away."""
    monkeypatch.setattr(stream, "HEARTBEAT", 3600)
    cookies = await open_session(settings, olga)
    async with (
        serving(settings) as (one, _),
        serving(settings) as (other, _),
        listening(one, cookies) as first,
        listening(other, cookies) as second,
    ):
        assert [await first.unread(), await second.unread()] == [0, 0]
        await heard(settings, 2)
        await store(engine, telling_case(1, "olga", "petr", events=3))
        await project_due_notices(engine, settings)
        assert [await first.unread(), await second.unread()] == [3, 3]
        async with httpx.AsyncClient(cookies=cookies) as client:
            page = await client.get(f"{one}/notices")
            link = page.text.split('data-open class="notice-told"')[1].split('href="')[1]
            await client.get(f"{one}{link.split(chr(34))[0]}")
        assert [await first.unread(), await second.unread()] == [2, 2]


async def heard(settings: Settings, processes: int) -> None:
    """Until that many web processes listen for the word."""
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        async with asyncio.timeout(PATIENCE):
            while True:
                [(_, count)] = await redis.pubsub_numsub(bells.channel(settings))
                if count >= processes:
                    return
                await asyncio.sleep(0.05)


async def test_a_lost_word_is_made_good_by_a_look(
    served: tuple[str, Litestar], settings: Settings, engine: Engine, olga: User
) -> None:
    async with listening(served[0], await open_session(settings, olga)) as window:
        assert await window.unread() == 0
        await store(engine, telling_case(1, "olga"))
        nowhere = settings.model_copy(
            update={"redis_url": type(settings.redis_url)("redis://127.0.0.1:1/0")}
        )
        await project_due_notices(engine, nowhere)
        assert await window.unread() == 1


async def test_it_is_over_with_its_session(
    served: tuple[str, Litestar], settings: Settings, olga: User
) -> None:
    async with listening(served[0], await open_session(settings, olga)) as window:
        assert await window.unread() == 0
        async with sessions_of(settings) as sessions:
            await sessions.end_all("olga")
        assert "event: over" in await window.ended()
    await until(lambda: served[1].state.bells.count("olga") == 0)


async def test_it_keeps_no_session_awake(
    served: tuple[str, Litestar], settings: Settings, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.accounts.sessions.TOUCH_AFTER", timedelta(seconds=-1))
    cookies = await open_session(settings, olga)
    async with sessions_of(settings) as sessions:
        [(_, before)] = await sessions.of_person("olga")
        async with listening(served[0], cookies) as window:
            assert await window.unread() == 0
            await asyncio.sleep(1)
        [(_, after)] = await sessions.of_person("olga")
        assert after.seen_at == before.seen_at
        async with httpx.AsyncClient(cookies=cookies) as client:
            await client.get(f"{served[0]}/notices")
        [(_, seen)] = await sessions.of_person("olga")
        assert seen.seen_at > before.seen_at, "a page that is opened does"


async def test_too_many_windows_end_the_oldest(
    served: tuple[str, Litestar], settings: Settings, olga: User
) -> None:
    cookies = await open_session(settings, olga)
    async with listening(served[0], cookies) as first:
        assert await first.unread() == 0
        more = [listening(served[0], cookies) for _ in range(bells.MOST_OF_A_PERSON)]
        opened = [await one.__aenter__() for one in more]
        assert [await one.unread() for one in opened] == [0] * len(opened)
        assert "event: over" in await first.ended()
        assert served[1].state.bells.count("olga") == bells.MOST_OF_A_PERSON
        for one in more:
            await one.__aexit__(None, None, None)
    await until(lambda: served[1].state.bells.count("olga") == 0)


async def test_a_site_that_stops_waits_for_no_stream(settings: Settings, olga: User) -> None:
    """And does not say that it is over: the browser comes back by itself."""
    cookies = await open_session(settings, olga)
    async with serving(settings) as (url, _):
        opened = listening(url, cookies)
        window = await opened.__aenter__()
        assert await window.unread() == 0
    assert "event: over" not in await window.ended()
    await opened.__aexit__(None, None, None)


async def test_without_the_engine_the_stream_lives(
    served: tuple[str, Litestar],
    settings: Settings,
    engine: Engine,
    olga: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(*_: object) -> int:
        raise EngineUnavailableError("away")

    async with listening(served[0], await open_session(settings, olga)) as window:
        assert await window.unread() == 0
        with monkeypatch.context() as broken:
            broken.setattr(stream, "count_unread", away)
            await store(engine, telling_case(1, "olga"))
            await project_due_notices(engine, settings)
            await asyncio.sleep(1)
        await engine.refresh(Index.NOTICES)
        assert await window.unread() == 1
