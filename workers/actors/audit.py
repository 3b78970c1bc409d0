"""Actors of the journal: histories into it, waiting events into it, its days and months closed."""

from datetime import UTC, datetime, timedelta

import dramatiq
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.audit.waiting import drain
from app.engine.client import Engine
from app.engine.months import close_month, months
from app.engine.names import Index
from app.settings import Settings
from indexers.audit.book import project_books
from indexers.audit.days import close_days
from indexers.audit.project import project, project_due
from workers.broker import broker
from workers.running import with_engine

log = structlog.get_logger()

_MINUTE_MS = 60_000
_MOST_BATCHES = 2_000
"""At one call; the next minute's goes on."""
_QUIET = timedelta(days=2)
"""After the end of a month before it is closed to writes."""


@dramatiq.actor(
    broker=broker,
    queue_name="audit",
    max_retries=3,
    min_backoff=1_000,
    max_backoff=_MINUTE_MS,
    time_limit=_MINUTE_MS,
)
def project_audit(case_id: str) -> None:
    """Rung after an action on a case. Safe to run twice; what is missed the sweep finds."""

    async def call(engine: Engine, settings: Settings) -> None:  # noqa: ARG001 - as others are called
        await project(engine, [case_id])

    with_engine(call)


@dramatiq.actor(broker=broker, queue_name="audit", max_retries=0, time_limit=60 * _MINUTE_MS)
def sweep_audit() -> None:
    """Asked for each minute and almost always done after a few small reads."""

    async def call(engine: Engine, settings: Settings) -> None:
        await _drain(engine, settings)
        for _ in range(_MOST_BATCHES):
            if not await project_due(engine):
                break
        await project_books(engine)
        now = datetime.now(UTC)
        await close_days(engine, now)
        for month in await months(engine, Index.AUDIT):
            if not month.closed and month.end + _QUIET < now:
                await close_month(engine, month)

    with_engine(call)


async def _drain(engine: Engine, settings: Settings) -> None:
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        try:
            if written := await drain(engine, redis):
                log.info("audit_drained", lines=written)
        except RedisError as error:
            log.warning("audit_drain_waits", error=type(error).__name__)
