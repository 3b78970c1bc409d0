"""One export from its beginning to its file."""

import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from anyio.to_thread import run_sync

from app.board.params import parse_board
from app.engine.client import Engine
from app.errors import BadInputError, StorageUnavailableError
from app.exports.files import ExportFiles
from app.exports.journal import journal_params
from app.exports.models import ExportJob, ExportKind, ExportState
from app.exports.repository import EXPORTS
from app.search.params import parse_params
from app.settings import Settings
from indexers.exports.write import write_journal, write_problems, write_result
from indexers.lease import Lease, LostLeaseError, hold

log = structlog.get_logger()

_DISK = "На сервере кончилось место или диск закрыт для записи. Выгрузка начнётся снова сама."


async def run_export(engine: Engine, settings: Settings, export_id: str) -> None:
    """Safe to call any number of times and from several workers: one holds the export at a time.

    An interrupted export begins anew: its file appears only when it is whole, so nothing of the
    first try is seen. An engine that is away raises `EngineUnavailableError`, a disk that refuses
    `StorageUnavailableError`.
    """
    lasts = timedelta(seconds=settings.lease_seconds)
    async with hold(engine, EXPORTS, export_id, lasts) as lease:
        if lease is None:
            return
        try:
            await _run(engine, settings, lease)
        except LostLeaseError:
            log.info("export_let_go", export_id=export_id)
        except OSError as error:
            log.exception("export_disk", export_id=export_id)
            with suppress(LostLeaseError):
                await lease.update(trouble=_DISK, lease_until=None, lease_owner=None)
            raise StorageUnavailableError(_DISK) from error
        except BadInputError as error:
            await _end(lease, ExportState.FAILED, error=error.message)


async def _run(engine: Engine, settings: Settings, lease: Lease[ExportJob]) -> None:
    job = lease.job
    files = ExportFiles(settings, job)
    started = datetime.now(UTC)
    await lease.update(state=ExportState.RUNNING, started_at=started, done=0, total=None)
    await run_sync(_emptied, files)

    async def told(done: int, total: int) -> None:
        await lease.update(done=done, total=total, trouble=None)

    to = (job.viewer, files.result, job.format, told)
    if job.kind is ExportKind.JOURNAL:
        await write_journal(engine, settings, journal_params(job.pairs), *to)
    elif job.kind is ExportKind.PROBLEMS:
        await write_problems(engine, settings, parse_board(job.pairs), *to)
    else:
        await write_result(engine, settings, parse_params(job.pairs), *to)
    await _end(lease, ExportState.DONE, file_size=files.result.stat().st_size)
    log.info("export_done", export_id=job.id, rows=lease.job.done)


def _emptied(files: ExportFiles) -> None:
    """A run that was killed leaves what it had begun."""
    if files.folder.exists():
        shutil.rmtree(files.folder)
    files.folder.mkdir(parents=True)


async def _end(lease: Lease[ExportJob], state: ExportState, **changes: object) -> None:
    now = datetime.now(UTC)
    await lease.update(state=state, finished_at=now, lease_until=None, lease_owner=None, **changes)
