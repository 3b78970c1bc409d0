"""The clock: asks the sweeping actors to look, each minute. Any number may run, one leads."""

import asyncio

import structlog
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from app.jobs import queue_namespace, ring
from app.settings import Settings

log = structlog.get_logger()

SWEEPS = (
    "sweep_imports",
    "sweep_exports",
    "sweep_bulks",
    "sweep_recounts",
    "sweep_attachments",
    "rebuild_vocabulary",
    "learn_suggestions",
    "chase_deadlines",
    "retime_cases",
    "sweep_duplicates",
    "learn_thresholds",
    "watch_growth",
    "remind_road_maps",
    "sweep_audit",
    "sweep_notices",
    "send_letters",
    "enrich_cases",
    "revisit_cases",
    "find_friction",
    "find_problems",
    "tidy_problems",
)


async def run_schedule(settings: Settings, *, every: float | None = None) -> None:
    """Runs until cancelled. Without Redis it waits and goes on by itself when Redis is back."""
    pause = every or settings.sweep_seconds
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        lock = redis.lock(f"{queue_namespace(settings)}:schedule", timeout=pause * 3)
        try:
            while True:
                try:
                    if await _leads(lock):
                        for actor in SWEEPS:
                            await ring(settings, actor)
                except RedisError as error:
                    log.warning("schedule_waits", error=type(error).__name__)
                await asyncio.sleep(pause)
        finally:
            await _let_go(lock)


async def _leads(lock: Lock) -> bool:
    """True for the one scheduler that holds the lock; a leader that dies is replaced in 3 turns."""
    if await lock.owned():
        return bool(await lock.reacquire())
    return bool(await lock.acquire(blocking=False))


async def _let_go(lock: Lock) -> None:
    try:
        if await lock.owned():
            await lock.release()
    except (LockError, RedisError) as error:
        log.info("schedule_lock_left", error=type(error).__name__)
