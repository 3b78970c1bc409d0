"""Actors of the intake: run one import, find those nobody runs."""

from datetime import UTC, datetime

import dramatiq
import structlog

from app.engine.client import Engine
from app.intake.repository import abandoned_jobs
from app.jobs import ring
from app.settings import Settings
from indexers.imports.run import run_import as run
from workers.broker import broker
from workers.running import with_engine

log = structlog.get_logger()

_HOUR_MS = 3_600_000
_MINUTE_MS = 60_000


@dramatiq.actor(
    broker=broker,
    queue_name="imports",
    max_retries=3,
    min_backoff=5_000,
    max_backoff=_MINUTE_MS,
    time_limit=6 * _HOUR_MS,
)
def run_import(import_id: str) -> None:
    """Safe to run twice. After the retries the sweeper goes on asking each minute."""

    async def call(engine: Engine, settings: Settings) -> None:
        await run(engine, settings, import_id)

    with_engine(call)


@dramatiq.actor(broker=broker, queue_name="sweeps", max_retries=0, time_limit=_MINUTE_MS)
def sweep_imports() -> None:
    """Rings again for every job that a query finds without a living worker."""

    async def call(engine: Engine, settings: Settings) -> None:
        for import_id in await abandoned_jobs(engine, datetime.now(UTC)):
            log.info("import_swept", import_id=import_id)
            await ring(settings, "run_import", import_id)

    with_engine(call)
