"""The actor of road maps: reminds of steps, notices problems that came back."""

from datetime import UTC, datetime

import dramatiq
import structlog

from app.engine.client import Engine
from app.settings import Settings
from indexers.road_maps.remind import remind, return_problems
from workers.broker import broker
from workers.running import with_engine

log = structlog.get_logger()

_MINUTE_MS = 60_000


@dramatiq.actor(broker=broker, queue_name="deadlines", max_retries=0, time_limit=10 * _MINUTE_MS)
def remind_road_maps() -> None:
    """Asked for each minute; almost always done after two small searches."""

    async def call(engine: Engine, settings: Settings) -> None:
        now = datetime.now(UTC)
        given = await remind(engine, settings, now)
        returned = await return_problems(engine, settings, now)
        if given or returned:
            log.info("road_maps_reminded", reminders=given, returned=returned)

    with_engine(call)
