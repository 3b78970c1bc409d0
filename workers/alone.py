"""One worker of the installation at a time, for work that takes a whole machine.

A lock in Redis: where Redis forgets it, two work side by side for a while, which all that stands
behind it must survive.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from app.settings import Settings
from app.tasks import end

log = structlog.get_logger()

_BEATS_A_LEASE = 4
_ASKED_SECONDS = 3_600
_DAY_SECONDS = 24 * 3_600


class Turn:
    """Whose turn it is. Whoever is told to wait leaves word, and the one at work goes on for it."""

    def __init__(self, redis: Redis, settings: Settings, name: str) -> None:
        key = f"{settings.index_prefix}turn:{name}"  # not of the queues: theirs have their names
        self._redis, self._asked = redis, f"{key}:asked"
        self._seconds = settings.lease_seconds
        self._lock = redis.lock(key, timeout=settings.lease_seconds, thread_local=False)

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[bool]:
        """False where somebody else is at work. A worker that dies is replaced after a lease."""
        await self._redis.set(self._asked, "1", ex=_ASKED_SECONDS)
        if not await self._lock.acquire(blocking=False):
            yield False
            return
        heart = asyncio.create_task(_beat(self._lock, self._seconds / _BEATS_A_LEASE))
        try:
            yield True
        finally:
            await end(heart)
            with suppress(LockError):  # it ran out: somebody else has it
                await self._lock.release()

    async def begin(self) -> None:
        """Whoever asks from now on asks for more than is being done."""
        await self._redis.delete(self._asked)

    async def asked_again(self) -> bool:
        return bool(await self._redis.exists(self._asked))


async def first_of_the_day(settings: Settings, name: str) -> bool:
    """Whether nobody has begun `name` within the last day; whoever is told so has begun it. One
    that fails is begun again a day later.
    """
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        mark = f"{settings.index_prefix}{name}"
        return bool(await redis.set(mark, "1", nx=True, ex=_DAY_SECONDS))


async def _beat(lock: Lock, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        try:
            await lock.reacquire()
        except (LockError, RedisError) as error:
            log.warning("turn_lost", error=type(error).__name__)
