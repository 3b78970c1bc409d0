"""What people do with exports: ask for a file, stop it, take it; and what time does with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from anyio.to_thread import run_sync
from ulid import ULID

from app.audit.params import parse_params as parse_audit_params
from app.audit.service import AuditEvent, ObjectKind, happened, record
from app.board.params import parse_board
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, NotFoundError
from app.exports.files import ExportFiles
from app.exports.models import BUSY_STATES, ExportFormat, ExportJob, ExportKind, ExportState
from app.exports.permissions import NEEDED, check_owner, may_export, may_export_something
from app.exports.query import own_exports
from app.exports.repository import EXPORTS, finished_before
from app.search.params import parse_params
from app.settings import Settings
from app.viewer import Viewer

log = structlog.get_logger()

PAGE_SIZE = 20
"""Rows of the list."""
_OF_A_PAGE = frozenset({"after", "page", "size"})


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
    kind: ExportKind = ExportKind.CASES,
) -> ExportJob:
    """Writes the wish down; ring `run_export` afterwards. Raises `BadInputError`, `ForbiddenError`.

    `pairs` are those of a list's address; its page (`after`, `page`, `size`) is left out.
    """
    now = datetime.now(UTC)
    job = ExportJob(
        id=str(ULID()),
        state=ExportState.QUEUED,
        format=file_format,
        kind=kind,
        pairs=_checked(kind, [pair for pair in pairs if pair[0] not in _OF_A_PAGE]),
        viewer=may_export(viewer, kind),
        created_at=now,
        updated_at=now,
    )
    what = "audit.exported" if kind is ExportKind.JOURNAL else "export.asked"
    await record(engine, _told(what, job))
    await EXPORTS.create(engine, job)
    log.info("export_asked", export_id=job.id, format=job.format)
    return job


def _checked(kind: ExportKind, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if kind is ExportKind.JOURNAL:
        return parse_audit_params(pairs).pairs()
    if kind is ExportKind.PROBLEMS:
        return parse_board(pairs).pairs()
    return parse_params(pairs).pairs()


def _told(what: str, job: ExportJob, count: int | None = None) -> AuditEvent:
    """The conditions by name only: their values may be words of a message."""
    used = sorted({name for name, _ in job.pairs})
    return happened(
        what,
        who=job.created_by,
        for_whom=job.viewer.lent_by(NEEDED[job.kind]),
        kind=ObjectKind.EXPORT,
        object_id=job.id,
        changed=used,
        count=count,
    )


async def take(
    engine: Engine, settings: Settings, viewer: Viewer | None, export_id: str
) -> tuple[ExportJob, Path]:
    """The file, once the journal has it that it was taken. Raises `NotFoundError`.

    Whoever has lost the right since asking for it is refused (`ForbiddenError`).
    """
    job = await open_export(engine, viewer, export_id)
    may_export(viewer, job.kind)
    path = ExportFiles(settings, job).result
    if job.state is not ExportState.DONE or not await run_sync(path.is_file):
        raise NotFoundError("Файла этой выгрузки нет: он ещё не готов или уже удалён.")
    await record(engine, _told("export.downloaded", job, count=job.done))
    return job, path


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
    wanted = own_exports(may_export_something(viewer))
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
