"""The word that somebody has new notices, from whoever makes them to all web processes.

Only a bell: what there is to see is asked of the engine. A word that is lost costs nothing but
the seconds until a page asks by itself.
"""

from collections.abc import Collection

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.settings import Settings

log = structlog.get_logger()


def channel(settings: Settings) -> str:
    return f"{settings.index_prefix}notices"


async def wake(settings: Settings, logins: Collection[str]) -> None:
    """Never raises for Redis."""
    if not logins:
        return
    try:
        async with (
            Redis.from_url(settings.redis_url.get_secret_value()) as redis,
            redis.pipeline(transaction=False) as pipe,
        ):
            for login in sorted(logins):
                pipe.publish(channel(settings), login)
            await pipe.execute()
    except (RedisError, OSError) as error:
        log.warning("notices_bell_away", error=type(error).__name__)
