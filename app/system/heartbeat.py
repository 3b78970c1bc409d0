"""When what is done each minute was last done: kept in Redis, for people and programs to see."""

from datetime import datetime

import msgspec
from redis.asyncio import Redis

from app.settings import Settings
from app.system.models import WorkerNote


def _key(settings: Settings) -> str:
    return f"{settings.index_prefix}chase:last"


async def note_sweep(redis: Redis, settings: Settings, at: datetime) -> None:
    """Raises `RedisError`."""
    await redis.set(_key(settings), at.isoformat())


async def last_sweep(redis: Redis, settings: Settings) -> datetime | None:
    """None where nobody knows: no sweep yet, or Redis was emptied. Raises `RedisError`."""
    found = await redis.get(_key(settings))
    if not found:
        return None
    return datetime.fromisoformat(found if isinstance(found, str) else found.decode())


def _enrichment(settings: Settings) -> str:
    return f"{settings.index_prefix}enrichment:last"


async def note_enrichment(redis: Redis, settings: Settings, note: WorkerNote) -> None:
    """Raises `RedisError`."""
    await redis.set(_enrichment(settings), msgspec.json.encode(note))


async def last_enrichment(redis: Redis, settings: Settings) -> WorkerNote | None:
    """None as above. Raises `RedisError`."""
    found = await redis.get(_enrichment(settings))
    return msgspec.json.decode(found, type=WorkerNote) if found else None
