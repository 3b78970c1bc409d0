"""The actor that removes files no case names."""

from datetime import UTC, datetime

import dramatiq

from app.cases.attachments.service import sweep_if_due
from app.engine.client import Engine
from app.settings import Settings
from workers.broker import broker
from workers.running import with_engine

_MINUTE_MS = 60_000


@dramatiq.actor(broker=broker, queue_name="sweeps", max_retries=0, time_limit=10 * _MINUTE_MS)
def sweep_attachments() -> None:
    """Asked for each minute; once a day it looks at the folder and asks the engine."""

    async def call(engine: Engine, settings: Settings) -> None:
        await sweep_if_due(engine, settings, datetime.now(UTC))

    with_engine(call)
