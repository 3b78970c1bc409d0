"""The actor that looks for conflicts and errors of communication."""

import dramatiq

from app.engine.client import Engine
from app.settings import Settings
from indexers.friction.find import find_friction as find
from workers.broker import broker
from workers.running import with_engine

_TEN_MINUTES_MS = 600_000


@dramatiq.actor(broker=broker, queue_name="friction", max_retries=0, time_limit=_TEN_MINUTES_MS)
def find_friction() -> None:
    """Asked for each minute; almost always done after a few small searches."""

    async def call(engine: Engine, settings: Settings) -> None:
        await find(engine, settings)

    with_engine(call)
