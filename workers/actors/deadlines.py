"""Actors of deadlines: remind of what is due, give old cases their stages."""

from datetime import UTC, datetime

import dramatiq
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.engine.client import Engine
from app.jobs import ring
from app.settings import Settings
from app.system.heartbeat import note_sweep
from indexers.chase.retime import retime
from indexers.chase.sweep import sweep
from workers.broker import broker
from workers.running import with_engine

log = structlog.get_logger()

_MINUTE_MS = 60_000
_HOUR_SECONDS = 3_600


def now() -> datetime:
    """What the chase takes for the present; tests move it."""
    return datetime.now(UTC)


@dramatiq.actor(broker=broker, queue_name="deadlines", max_retries=0, time_limit=10 * _MINUTE_MS)
def chase_deadlines() -> None:
    """Asked for each minute. Safe to run twice and side by side."""

    async def call(engine: Engine, settings: Settings) -> None:
        swept = await sweep(engine, settings.zone, now())
        if swept.written or swept.left:
            log.info("deadlines_chased", events=swept.events, cases=swept.written, left=swept.left)
        if swept.events:
            await ring(settings, "sweep_notices")
        async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
            try:
                await note_sweep(redis, settings, datetime.now(UTC))
            except RedisError as error:
                log.warning("chase_not_noted", error=type(error).__name__)

    with_engine(call)


@dramatiq.actor(broker=broker, queue_name="deadlines", max_retries=0, time_limit=60 * _MINUTE_MS)
def retime_cases() -> None:
    """Asked for each minute, looks once an hour: after an upgrade the first look does it all."""

    async def call(engine: Engine, settings: Settings) -> None:
        mark = f"{settings.index_prefix}chase:retimed"
        async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
            if await redis.exists(mark):
                return
            swept = await retime(engine, now())
            await redis.set(mark, "1", ex=_HOUR_SECONDS)
        if swept.written or swept.left:
            log.info("cases_retimed", cases=swept.written, left=swept.left)

    with_engine(call)
