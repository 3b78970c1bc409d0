"""The actor that keeps the words for spelling like the index."""

import dramatiq

from app.engine.client import Engine
from app.settings import Settings
from indexers.vocabulary import rebuild_if_due
from workers.broker import broker
from workers.running import with_engine

_HOUR_MS = 3_600_000


@dramatiq.actor(broker=broker, queue_name="vocabulary", max_retries=0, time_limit=_HOUR_MS)
def rebuild_vocabulary() -> None:
    """Asked for each minute and almost always done after two small reads."""

    async def call(engine: Engine, settings: Settings) -> None:  # noqa: ARG001 - as others are called
        await rebuild_if_due(engine)

    with_engine(call)
