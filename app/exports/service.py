"""What people do with exports: ask for a file, stop it, take it; and what time does with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from anyio.to_thread import run_sync
from ulid import ULID

from app.engine.client import Engine
from app.errors import BadInputError, ConflictError
from app.exports.files import ExportFiles
from app.exports.models import BUSY_STATES, ExportFormat, ExportJob, ExportState
from app.exports.permissions import check_owner, may_export
from app.exports.query import own_exports
from app.exports.repository import EXPORTS, finished_before
from app.search.params import parse_params
from app.settings import Settings
from app.viewer import Viewer

log = structlog.get_logger()

PAGE_SIZE = 20
"""Rows of the list."""
_OF_A_PAGE = frozenset({"after", "size"})


def read_format(given: str) -> ExportFormat:
    """Raises `BadInputError`."""
    try:
        return ExportFormat(given)
    except ValueError:
        raise BadInputError("Такого вида файла нет. Можно: xlsx, csv.", field="format") from None


async def ask(
    engine: Engine,
    viewer: Viewer | None,
    pairs: Iterable[tuple[str, str]],
    file_format: ExportFormat,
) -> ExportJob:
    """Writes the wish down; ring `run_export` afterwards. Raises `BadInputError`, `ForbiddenError`.

    `pairs` are those of a search's address; a page of the list (`after`, `size`) is left out.
    """
    params = parse_params(pair for pair in pairs if pair[0] not in _OF_A_PAGE)
    now = datetime.now(UTC)
    job = ExportJob(
        id=str(ULID()),
        state=ExportState.QUEUED,
        format=file_format,
        pairs=params.pairs(),
        viewer=may_export(viewer),
        created_at=now,
        updated_at=now,
    )
    await EXPORTS.create(engine, job)
    log.info("export_asked", export_id=job.id, format=job.format)
    return job


async def open_export(engine: Engine, viewer: Viewer | None, export_id: str) -> ExportJob:
    """Raises `NotFoundError` also for another person's export."""
    job = (await EXPORTS.get(engine, export_id)).job
    check_owner(viewer, job)
    return job


@dataclass(frozen=True)
class ExportPage:
    jobs: list[ExportJob]
    more: bool
    """Older ones follow."""


async def list_exports(
    engine: Engine, viewer: Viewer | None, after: str | None = None
) -> ExportPage:
    """The viewer's own, newest first; `after` is the id of the last export of the page before.

    Raises `ForbiddenError`, and `NotFoundError` where `after` is no export of this viewer.
    """
    wanted = own_exports(may_export(viewer))
    last = await open_export(engine, viewer, after) if after else None
    place = [last.created_at.isoformat(), last.id] if last else None
    jobs = await EXPORTS.newest(engine, wanted, size=PAGE_SIZE + 1, after=place)
    return ExportPage(jobs[:PAGE_SIZE], len(jobs) > PAGE_SIZE)


async def cancel(engine: Engine, viewer: Viewer | None, export_id: str) -> ExportJob:
    """Stops an export; raises `ConflictError` where it has ended already."""

    def change(job: ExportJob) -> dict[str, Any]:
        check_owner(viewer, job)
        if job.state not in BUSY_STATES:
            raise ConflictError("Выгрузка уже закончилась.")
        return {
            "cancel_requested": True,
            "state": ExportState.CANCELLED,
            "finished_at": datetime.now(UTC),
            "lease_owner": None,
            "lease_until": None,
        }

    return await EXPORTS.change(engine, export_id, change)


async def drop_old(engine: Engine, settings: Settings, now: datetime) -> int:
    """Removes the files kept for `OTKLIK_EXPORT_DAYS`; returns how many exports were ended."""
    old = await finished_before(engine, now - timedelta(days=settings.export_days))
    for export_id in old:
        job = (await EXPORTS.get(engine, export_id)).job
        await run_sync(ExportFiles(settings, job).drop)  # first: if we die here, it is found again
        await EXPORTS.change(engine, export_id, lambda _: {"state": ExportState.EXPIRED})
        log.info("export_expired", export_id=export_id)
    return len(old)
