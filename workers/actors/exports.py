"""Actors of the exports: make one file, find those nobody makes and those whose time is over."""

from datetime import UTC, datetime

import dramatiq
import structlog

from app.engine.client import Engine
from app.exports.repository import abandoned_exports
from app.exports.service import drop_old
from app.jobs import ring
from app.settings import Settings
from indexers.exports.run import run_export as run
from workers.broker import broker
from workers.running import with_engine

log = structlog.get_logger()

_MINUTE_MS = 60_000


@dramatiq.actor(
    broker=broker,
    queue_name="exports",
    max_retries=3,
    min_backoff=5_000,
    max_backoff=_MINUTE_MS,
    time_limit=120 * _MINUTE_MS,
)
def run_export(export_id: str) -> None:
    """Safe to run twice. After the retries the sweeper goes on asking each minute."""

    async def call(engine: Engine, settings: Settings) -> None:
        await run(engine, settings, export_id)

    with_engine(call)


@dramatiq.actor(broker=broker, queue_name="sweeps", max_retries=0, time_limit=_MINUTE_MS)
def sweep_exports() -> None:
    """Rings again for every export without a living worker, and removes old files."""

    async def call(engine: Engine, settings: Settings) -> None:
        now = datetime.now(UTC)
        for export_id in await abandoned_exports(engine, now):
            log.info("export_swept", export_id=export_id)
            await ring(settings, "run_export", export_id)
        await drop_old(engine, settings, now)

    with_engine(call)
