"""The actor of the enrichment: vectors and whatever else is worked out about new cases."""

from datetime import UTC, datetime

import dramatiq
import structlog
from redis.asyncio import Redis

from app.engine.client import Engine
from app.jobs import ring
from app.meaning.service import encoder_now
from app.settings import Settings
from app.system.heartbeat import note_enrichment
from app.system.models import WorkerNote
from indexers.enrichment.places import drop_old_states, revisit_places
from indexers.enrichment.run import enrich
from workers.alone import Turn, first_of_the_day
from workers.broker import broker
from workers.running import with_engine

log = structlog.get_logger()

_MINUTE_MS = 60_000
_SECONDS = 50.0
"""Of one message: other work of this thread waits no longer."""


@dramatiq.actor(broker=broker, queue_name="enrichment", max_retries=0, time_limit=10 * _MINUTE_MS)
def enrich_cases() -> None:
    """Rung after each intake and asked for each minute. One worker at a time: the model takes all
    cores; safe to run twice and side by side all the same.
    """

    async def call(engine: Engine, settings: Settings) -> None:
        async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
            turn = Turn(redis, settings, "enrichment")
            async with turn.taken() as mine:
                if not mine:
                    return
                await turn.begin()
                more = await _work(engine, settings, redis)
                await ring(settings, "find_problems")
            if more or await turn.asked_again():
                await ring(settings, "enrich_cases")

    with_engine(call)


@dramatiq.actor(broker=broker, queue_name="enrichment", max_retries=0, time_limit=10 * _MINUTE_MS)
def revisit_cases() -> None:
    """Asked for each minute; done after one small read but where the book of places was changed.
    Safe to run twice and side by side.
    """

    async def call(engine: Engine, settings: Settings) -> None:
        if await revisit_places(engine, settings, _SECONDS):
            await ring(settings, "revisit_cases")
        if await first_of_the_day(settings, "places:dropped"):
            await drop_old_states(engine)

    with_engine(call)


async def _work(engine: Engine, settings: Settings, redis: Redis) -> bool:
    """Whether there is more to do at once."""
    told = await enrich(engine, settings, _SECONDS)
    if told.done or told.failed or told.lost:
        log.info("cases_enriched", cases=told.done, failed=told.failed, lost=told.lost)
    encoder = encoder_now(engine)
    await note_enrichment(redis, settings, WorkerNote(datetime.now(UTC), encoder))
    return told.left
