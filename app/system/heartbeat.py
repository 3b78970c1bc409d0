"""When the chase of deadlines last went through: kept in Redis, for people and programs to see."""

from datetime import datetime

from redis.asyncio import Redis

from app.settings import Settings


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
