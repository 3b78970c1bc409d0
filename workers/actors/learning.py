"""The actor that learns suggestions anew: each night and when enough cases were closed."""

import dramatiq

from app.engine.client import Engine
from app.settings import Settings
from indexers.learning.run import learn_if_due
from workers.broker import broker
from workers.running import with_engine

_TWO_HOURS_MS = 2 * 3_600_000


@dramatiq.actor(broker=broker, queue_name="learning", max_retries=0, time_limit=_TWO_HOURS_MS)
def learn_suggestions() -> None:
    """Asked for each minute and almost always done after two small reads."""

    async def call(engine: Engine, settings: Settings) -> None:
        await learn_if_due(engine, settings)

    with_engine(call)
