"""Actors of problems: messages given to them, what they tell worked out, the nightly tidying."""

import dramatiq
import structlog
from redis.asyncio import Redis

from app.engine.client import Engine
from app.jobs import ring
from app.settings import Settings
from indexers.problems.assign import assign
from indexers.problems.describe import describe, lags
from indexers.problems.tidy import tidy
from workers.alone import Turn, first_of_the_day
from workers.broker import broker
from workers.running import with_engine

log = structlog.get_logger()

_MINUTE_MS = 60_000
_SECONDS = 40.0


@dramatiq.actor(broker=broker, queue_name="problems", max_retries=0, time_limit=10 * _MINUTE_MS)
def find_problems() -> None:
    """Rung after the enrichment and after what people said, and asked for each minute. One worker
    at a time: messages that are placed side by side would not see each other.
    """

    async def call(engine: Engine, settings: Settings) -> None:
        async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
            turn = Turn(redis, settings, "problems")
            async with turn.taken() as mine:
                if not mine:
                    return
                await turn.begin()
                more = await work(engine, settings)
            if more or await turn.asked_again():
                await ring(settings, "find_problems")

    with_engine(call)


async def work(engine: Engine, settings: Settings) -> bool:
    """Whether there is more to do at once. What people said comes first."""
    described = await describe(engine, settings, _SECONDS)
    if await lags(engine):  # of a crash: what is counted too much would draw messages
        log.warning("problems_lag", described=described)
        if described:
            return True
        # whatever keeps those few back, all other messages do not wait for it
    told = await assign(engine, _SECONDS)
    described += await describe(engine, settings, _SECONDS)
    if told.joined or told.alone or told.broken or described:
        log.info(
            "problems_found",
            joined=told.joined,
            founded=told.founded,
            alone=told.alone,
            lost=told.lost,
            broken=told.broken,
            described=described,
        )
    return told.left


@dramatiq.actor(broker=broker, queue_name="problems", max_retries=0, time_limit=30 * _MINUTE_MS)
def tidy_problems() -> None:
    """Asked for each minute, tidies once a day."""

    async def call(engine: Engine, settings: Settings) -> None:
        if await first_of_the_day(settings, "problems:tidied"):
            await tidy(engine)
            await ring(settings, "find_problems")

    with_engine(call)
