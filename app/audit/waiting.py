"""Events that wait in Redis while the engine is away: nothing is lost while one of both is up."""

import time
from collections.abc import Awaitable, Callable
from typing import cast

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.audit.models import AuditEvent
from app.audit.recorder import write
from app.engine.client import Engine
from app.errors import EngineSetupError, EngineUnavailableError

log = structlog.get_logger()

MOST_WAITING = 100_000
"""About 40 MB of Redis. Refusals are limited before they come here."""
AWAY = (EngineUnavailableError, EngineSetupError)
_REST = 10.0
"""Seconds in which a silent engine is not asked again: events would queue up behind each other."""
_encoder = msgspec.json.Encoder()


def waiting_key(prefix: str) -> str:
    return f"{prefix}audit-waiting"


class Journal:
    """Where a process leaves its events. `redis` is None where there is none to wait in."""

    def __init__(
        self, engine: Engine, redis: Redis | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._asked_again = 0.0
        self._engine = engine
        self._redis = redis
        self._key = waiting_key(engine.prefix)

    async def note(self, event: AuditEvent) -> bool:
        """For what happens whether or not it can be written down; never raises for a service.

        False where both the engine and Redis are away: then the log of the process has it.
        """
        if self._clock() < self._asked_again:
            return await self._wait(event, "not_asked")
        try:
            await write(self._engine, event)
        except AWAY as error:
            self._asked_again = self._clock() + _REST
            return await self._wait(event, type(error).__name__)
        return True

    async def _wait(self, event: AuditEvent, why: str) -> bool:
        kept = False
        if self._redis is not None:
            try:
                kept = await self._push(event)
            except (RedisError, OSError) as error:
                why = f"{why}, {type(error).__name__}"
        log.warning("audit_waits" if kept else "audit_only_here", why=why, **_told(event))
        return kept

    async def _push(self, event: AuditEvent) -> bool:
        assert self._redis is not None  # noqa: S101 - for the type checker, asked by the caller
        if await self._redis.llen(self._key) >= MOST_WAITING:
            return False
        await self._redis.rpush(self._key, _encoder.encode(event))
        return True


def _told(event: AuditEvent) -> dict[str, str | None]:
    return {"what": event.what, "who": event.who, "code": event.code, "event_id": event.id}


async def count_waiting(prefix: str, redis: Redis) -> int:
    """How many lines wait for the engine. Raises `RedisError`."""
    return await redis.llen(waiting_key(prefix))


async def drain(engine: Engine, redis: Redis) -> int:
    """Writes what waits, the oldest first; returns how many. Safe to run twice and in parallel.

    A line is taken out of Redis only after it is in the engine; met again it is the same line.
    """
    key, done = waiting_key(engine.prefix), 0
    while raw := await cast("Awaitable[bytes | None]", redis.lindex(key, 0)):
        await write(engine, msgspec.json.decode(raw, type=AuditEvent))
        await redis.lrem(key, 1, raw)  # type: ignore[arg-type]
        done += 1
    return done
