"""One import from where it stands to where a person, the end or an error stops it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import structlog
from anyio.to_thread import run_sync

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, StorageUnavailableError
from app.intake.binding import Binding, bind
from app.intake.files import ImportFiles
from app.intake.models import (
    Checkpoint,
    ImportJob,
    ImportState,
    Rejection,
    TableSummary,
)
from app.intake.profiles.base import Profile
from app.intake.repository import IMPORTS
from app.intake.tables import Limits, Table, convert, load_table, normalise_header
from app.intake.telling import tell
from app.jobs import ring
from app.settings import Settings
from indexers.imports.ahead import prepared_ahead
from indexers.imports.check import ChunkChecker
from indexers.imports.chunk import ChunkWriter
from indexers.imports.load import Loader
from indexers.imports.source import Order, PreparedChunk, profile_of
from indexers.lease import Lease, LostLeaseError, hold

log = structlog.get_logger()

CHUNK_ROWS = 1_000
"""About 4 MB of documents: half a second of work, so a stop costs little and progress moves."""
_DISK = "На сервере кончилось место или диск закрыт для записи. Загрузка продолжится сама."
_EXAMPLES = 20
"""Rejected rows shown on the page; all of them are in the file to download."""


async def run_import(engine: Engine, settings: Settings, import_id: str) -> None:
    """Safe to call any number of times and from several workers: one holds the job at a time.

    A file that cannot be loaded ends as `failed` with its sentence. An engine that is away raises
    `EngineUnavailableError`, a disk that refuses `StorageUnavailableError`, and the next call goes
    on from the last checkpoint.
    """
    lasts = timedelta(seconds=settings.lease_seconds)
    async with hold(engine, IMPORTS, import_id, lasts) as lease:
        if lease is None:
            return
        try:
            await _Run(engine, settings, lease).go()
        except LostLeaseError:
            log.info("import_let_go", import_id=import_id)
        except OSError as error:
            await lease.update(trouble=_DISK)
            log.exception("import_disk", import_id=import_id)
            raise StorageUnavailableError(_DISK) from error
        except BadInputError as error:
            await tell(engine, lease.job, "failed")
            await _end(lease, ImportState.FAILED, error_code=error.code, error=error.message)
            log.info("import_failed", import_id=import_id, code=error.code)


async def _end(lease: Lease[ImportJob], state: ImportState, **changes: Any) -> None:
    now = datetime.now(UTC)
    await lease.update(state=state, finished_at=now, lease_until=None, lease_owner=None, **changes)


class _Run:
    def __init__(self, engine: Engine, settings: Settings, lease: Lease[ImportJob]) -> None:
        self._engine = engine
        self._settings = settings
        self._lease = lease
        self._files = ImportFiles(settings, lease.job.id)

    @property
    def _job(self) -> ImportJob:
        return self._lease.job

    async def go(self) -> None:
        if self._job.cancel_requested:
            await tell(self._engine, self._job, "cancelled", self._job.checkpoint.counts)
            await _end(self._lease, ImportState.CANCELLED)
            return
        table = await self._read()
        profile = profile_of(self._job.profile, self._job.mapping)
        if profile is None:
            await self._lease.update(state=ImportState.MAPPING, lease_until=None, lease_owner=None)
            return
        binding = bind(table.header, profile.accepted, profile.required)
        await self._load(table, binding)

    async def _read(self) -> Table:
        """Converts the file once a sheet; a later run finds the rows already there."""
        if self._job.table is not None:
            try:
                return await run_sync(load_table, self._files.rows)
            except FileNotFoundError:
                log.info("import_rows_gone", import_id=self._job.id)
        table = await self._convert()
        await self._lease.update(table=_summary(table))
        return table

    async def _convert(self) -> Table:
        now = datetime.now(UTC)
        await self._lease.update(state=ImportState.READING, started_at=now, phase_started_at=now)
        reading = partial(
            convert,
            self._files.source,
            self._files.rows,
            filename=self._job.file_name,
            expected=_expected(profile_of(self._job.profile, self._job.mapping)),
            sheet=self._job.sheet,
            limits=Limits.of(self._settings),
        )
        return await run_sync(reading)

    async def _load(self, table: Table, binding: Binding) -> None:
        dry = self._job.dry_run
        await self._begin(ImportState.CHECKING if dry else ImportState.LOADING, binding)
        order = Order(
            rows_file=str(self._files.rows),
            offset=self._job.checkpoint.offset,
            profile=self._job.profile,
            mapping=self._job.mapping,
            binding=binding,
            zone=self._settings.timezone,
            delimited=table.delimiter is not None,
            chunk_rows=CHUNK_ROWS,
        )
        loader = Loader(
            rejects_file=self._files.rejects,
            write=ChunkChecker(self._engine).write if dry else self._writer().write,
            saved=self._save,
        )
        async with prepared_ahead(order, table.rows) as ahead:
            done = await loader.run(self._job.checkpoint, ahead)
        if dry:
            await _end(self._lease, ImportState.CHECKED, checked=done.counts)
            return
        await self._engine.refresh(Index.CASES)
        await tell(self._engine, self._job, "done", done.counts)
        await _end(self._lease, ImportState.DONE)
        await ring(self._settings, "enrich_cases")
        await run_sync(self._files.drop_rows)
        log.info("import_done", import_id=self._job.id, **msgspec.structs.asdict(done.counts))

    async def _begin(self, phase: ImportState, binding: Binding) -> None:
        """Starts from the first row, or, where a load was interrupted, keeps its checkpoint."""
        if self._job.state is not phase:
            await self._lease.update(
                state=phase,
                phase_started_at=datetime.now(UTC),
                found_columns=binding.found,
                unknown_columns=binding.unknown,
                checkpoint=Checkpoint(),
                rejected_examples=[],
            )
        elif phase is ImportState.CHECKING:  # what earlier rows would have written is forgotten
            await self._lease.update(checkpoint=Checkpoint(), rejected_examples=[])

    def _writer(self) -> ChunkWriter:
        return ChunkWriter(
            self._engine,
            import_id=self._job.id,
            profile=self._job.profile,
            zone=self._settings.zone,
        )

    async def _save(
        self, checkpoint: Checkpoint, chunk: PreparedChunk, rejections: Sequence[Rejection]
    ) -> None:
        room = _EXAMPLES - len(self._job.rejected_examples)
        examples = [*self._job.rejected_examples, *rejections[: max(room, 0)]]
        await self._lease.update(
            checkpoint=checkpoint,
            rejected_examples=examples,
            trouble=None,
            unknown_values=chunk.unknown,
        )


def _expected(profile: Profile | None) -> list[frozenset[str]]:
    """Headers by which the reader finds the sheet and the heading row."""
    if profile is None:
        return []
    return [frozenset(map(normalise_header, texts)) for texts in profile.accepted.values()]


def _summary(table: Table) -> TableSummary:
    return TableSummary(
        format=table.format,
        sheet=table.sheet,
        sheets=[sheet.name for sheet in table.sheets],
        header_row=table.header_row,
        header=list(table.header),
        rows=table.rows,
        notes=list(table.notes),
    )
