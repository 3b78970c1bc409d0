"""Open streams of one web process, woken by the word from Redis (`app.notices.waking`)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.notices.waking import channel
from app.settings import Settings
from app.tasks import end

log = structlog.get_logger()

MOST_OF_A_PERSON = 5
"""Streams of one person in one process: a browser holds one for each window that is looked at."""
_LISTEN_SECONDS = 30.0
_AGAIN_SECONDS = 3.0


class Bell:
    """Of one stream."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.over = False
        """The stream has to end: the site stops, or the person has opened newer ones."""
        self.crowded = False
        """It ends for newer ones."""

    def ring(self) -> None:
        self._rung.set()

    def end(self, *, crowded: bool = False) -> None:
        self.over, self.crowded = True, crowded
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """True where it was rung, False when the time is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)
        rung = self._rung.is_set()
        self._rung.clear()
        return rung


class Bells:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: dict[str, list[Bell]] = {}
        self._closed = False
        self._deaf = False
        """Redis is away, and the log says so already."""

    @contextmanager
    def opened(self, login: str) -> Iterator[Bell]:
        """A stream of this person for as long as the block runs; the oldest ends for too many."""
        bell, own = Bell(), self._open.setdefault(login, [])
        own.append(bell)
        if self._closed:
            bell.end()
        for old in own[:-MOST_OF_A_PERSON]:
            old.end(crowded=True)
        try:
            yield bell
        finally:
            own.remove(bell)
            if not own and self._open.get(login) is own:
                del self._open[login]

    def count(self, login: str) -> int:
        return len(self._open.get(login, []))

    def close(self) -> None:
        """Ends all streams, so that the site may stop; browsers come back by themselves."""
        self._closed = True
        for bells in list(self._open.values()):
            for bell in bells:
                bell.end()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            self.close()
            await end(task)

    async def _listen(self) -> None:
        """For ever, also while Redis is away. What was missed meanwhile streams see by themselves,
        and at once when it is back.
        """
        while True:
            try:
                async with Redis.from_url(self._settings.redis_url.get_secret_value()) as redis:
                    await self._hear(redis)
            except (RedisError, OSError) as error:
                if not self._deaf:
                    log.warning("notices_bell_away", error=type(error).__name__)
                self._deaf = True
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _hear(self, redis: Redis) -> None:
        async with redis.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe(channel(self._settings))
            self._deaf = False
            for login in list(self._open):
                self._ring(login)
            while True:
                message = await heard.get_message(timeout=_LISTEN_SECONDS)
                if message:
                    self._ring(message["data"].decode("utf-8", "replace"))

    def _ring(self, login: str) -> None:
        for bell in self._open.get(login, []):
            bell.ring()
