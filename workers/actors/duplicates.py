"""Actors of duplicates: groups worked out, verdicts carried out, thresholds learned."""

import dramatiq
import structlog

from app.duplicates.settling import settle, settle_left
from app.duplicates.tuning import learn
from app.duplicates.verdicts import carry_out_left
from app.engine.client import Engine
from app.settings import Settings
from workers.alone import first_of_the_day
from workers.broker import broker
from workers.running import with_engine

log = structlog.get_logger()

_MINUTE_MS = 60_000


@dramatiq.actor(
    broker=broker,
    queue_name="duplicates",
    max_retries=3,
    min_backoff=1_000,
    max_backoff=_MINUTE_MS,
    time_limit=_MINUTE_MS,
)
def settle_duplicates(case_id: str) -> None:
    """Rung after a word about a case. Safe to run twice; what is missed the sweep finds."""

    async def call(engine: Engine, _settings: Settings) -> None:
        await settle(engine, [case_id])

    with_engine(call)


@dramatiq.actor(broker=broker, queue_name="duplicates", max_retries=0, time_limit=10 * _MINUTE_MS)
def sweep_duplicates() -> None:
    """Asked for each minute; almost always done after two searches."""

    async def call(engine: Engine, settings: Settings) -> None:
        verdicts = await carry_out_left(engine, settings.zone)
        groups = await settle_left(engine)
        if verdicts or groups:
            log.info("duplicates_swept", verdicts=verdicts, cases=groups)

    with_engine(call)


@dramatiq.actor(broker=broker, queue_name="duplicates", max_retries=0, time_limit=10 * _MINUTE_MS)
def learn_thresholds() -> None:
    """Asked for each minute, learns once a day."""

    async def call(engine: Engine, settings: Settings) -> None:
        if await first_of_the_day(settings, "duplicates:learned"):
            await learn(engine)

    with_engine(call)
