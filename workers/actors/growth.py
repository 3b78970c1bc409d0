"""The actor that looks once an hour at what grows."""

from datetime import UTC, datetime

import dramatiq
from redis.asyncio import Redis

from app.engine.client import Engine
from app.growth.watching import watch_if_due
from app.settings import Settings
from indexers.problems.growing import mark_growing
from indexers.problems.growth_notices import tell_growth
from workers.broker import broker
from workers.running import with_engine

_MINUTE_MS = 60_000
_LEASE_SECONDS = 600


@dramatiq.actor(broker=broker, queue_name="growth", max_retries=0, time_limit=10 * _MINUTE_MS)
def watch_growth() -> None:
    """Asked for each minute and almost always done after four small reads. One worker looks at a
    time; one that died is followed after ten minutes. What a person dismissed in between is taken
    off its problem within the minute, and growth that began is told as soon.
    """

    async def call(engine: Engine, settings: Settings) -> None:
        mark = f"{settings.index_prefix}growth:watching"
        async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
            if await redis.set(mark, "1", nx=True, ex=_LEASE_SECONDS):
                try:
                    await watch_if_due(engine, settings.zone)
                    await mark_growing(engine)
                    await tell_growth(engine, settings, datetime.now(UTC))
                finally:
                    await redis.delete(mark)

    with_engine(call)
