"""One act on many cases, done by a worker that holds it."""

from datetime import UTC, datetime, timedelta

import structlog

from app.bulk.models import BulkJob, BulkState
from app.bulk.repository import BULK
from app.bulk.service import finished, run_rows
from app.cases.rows import RowResult
from app.engine.client import Engine
from app.jobs import ring
from app.settings import Settings
from indexers.lease import Lease, LostLeaseError, hold

log = structlog.get_logger()


async def run_bulk(engine: Engine, settings: Settings, job_id: str) -> None:
    """Safe to call any number of times and from several workers; goes on where it was broken off.

    An engine that is away raises `EngineUnavailableError`: what was done stays done.
    """
    lasts = timedelta(seconds=settings.lease_seconds)
    async with hold(engine, BULK, job_id, lasts) as lease:
        if lease is None:
            return
        try:
            await _run(engine, settings, lease)
        except LostLeaseError:
            log.info("bulk_let_go", bulk_id=job_id)


async def _run(engine: Engine, settings: Settings, lease: Lease[BulkJob]) -> None:
    job = await lease.update(state=BulkState.RUNNING, started_at=datetime.now(UTC))

    async def told(rows: list[RowResult]) -> None:
        await lease.update(rows=list(rows))

    rows = await run_rows(engine, settings, job, told)
    await lease.update(**finished(rows))
    await ring(settings, "sweep_audit")
    log.info("bulk_done", bulk_id=job.id, rows=len(rows))
