"""What people do with imports: give a file, match its columns, confirm, stop."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from anyio.to_thread import run_sync
from ulid import ULID

from app.engine.client import Engine
from app.errors import BadInputError, ConflictError, OtklikError, TooLargeError
from app.intake import repository
from app.intake.binding import bind
from app.intake.fields import FIELD_TITLES, REQUIRED
from app.intake.files import ImportFiles, kept_on_disk
from app.intake.models import (
    ENDED_STATES,
    Checkpoint,
    ImportJob,
    ImportState,
    SavedMapping,
)
from app.intake.profiles import BUILT_IN
from app.intake.profiles.mapped import CODED, mapped_profile
from app.intake.repository import IMPORTS, SavedProfile
from app.intake.tables import inspect_upload
from app.intake.telling import tell
from app.settings import Settings
from app.viewer import Viewer

log = structlog.get_logger()

MAPPED = "mapped"
"""The profile of a table whose columns a person matches."""
_QUEUED: dict[str, Any] = {
    "state": ImportState.QUEUED,
    "lease_owner": None,
    "lease_until": None,
}
"""Free for any worker to take at once."""
_BLOCK = 1024 * 1024


async def receive(  # noqa: PLR0913 - each is named by the caller
    engine: Engine,
    settings: Settings,
    viewer: Viewer,
    *,
    stream: BinaryIO,
    file_name: str,
    profile: str,
    dry_run: bool = False,
    import_id: str | None = None,
) -> ImportJob:
    """Keeps the file and writes the job; when this returns, nothing of it can be lost.

    Raises `BadFileError` for what is plainly no table, `TooLargeError`, and `BadInputError` for an
    unknown profile. Ring `run_import` afterwards. With `import_id` a call that died half-way may
    be made again.
    """
    mapping = await known_profile(engine, profile)
    import_id = import_id or str(ULID())
    files = ImportFiles(settings, import_id)
    limit = settings.upload_max_mb * _BLOCK
    try:
        size, digest = await run_sync(_keep, stream, files.source, limit)
        name = Path(file_name.replace("\\", "/")).name[:200] or "таблица"
        await run_sync(inspect_upload, files.source, name)
        now = datetime.now(UTC)
        job = ImportJob(
            id=import_id,
            state=ImportState.QUEUED,
            profile=profile,
            file_name=name,
            file_size=size,
            file_sha256=digest,
            created_at=now,
            updated_at=now,
            created_by=viewer.name,
            mapping=mapping,
            dry_run=dry_run,
        )
        await tell(engine, job, "asked")
        await IMPORTS.create(engine, job)
    except BaseException:
        await run_sync(_remove, files.folder)
        raise
    log.info("import_received", import_id=import_id, profile=profile, size=size)
    return job


async def note_refused(
    engine: Engine, viewer: Viewer, import_id: str, source: Path, profile: str, error: OtklikError
) -> ImportJob:
    """A file that came by itself and is no table: nobody stands by to be told, so a job tells."""
    now = datetime.now(UTC)
    job = ImportJob(
        id=import_id,
        state=ImportState.FAILED,
        profile=profile,
        file_name=source.name[:200],
        file_size=(await run_sync(source.stat)).st_size,
        file_sha256="",
        created_at=now,
        updated_at=now,
        finished_at=now,
        created_by=viewer.name,
        error=error.message,
        error_code=error.code,
    )
    await IMPORTS.create(engine, job)
    return job


async def known_profile(engine: Engine, profile: str) -> SavedMapping | None:
    """The mapping of a saved one, None for one that is built in. Raises `BadInputError`."""
    if profile in BUILT_IN or profile == MAPPED:
        return None
    saved = await repository.get_profile(engine, profile)
    if saved is None:
        known = ", ".join([*BUILT_IN, *(p.name for p in await repository.list_profiles(engine))])
        raise BadInputError(f"Нет вида загрузки «{profile[:60]}». Есть: {known}.", field="profile")
    return saved.mapping


def _keep(stream: BinaryIO, target: Path, limit: int) -> tuple[int, str]:
    """Copies to disk and waits until the disk has it; returns size and SHA-256."""
    digest = hashlib.sha256()
    size = 0
    with kept_on_disk():
        target.parent.mkdir(parents=True, exist_ok=True)
    with kept_on_disk(), target.open("xb") as file:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > limit:
                raise TooLargeError(
                    f"Файл больше {limit // _BLOCK} МБ. Разделите таблицу на части.", field="file"
                )
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


async def choose_sheet(engine: Engine, import_id: str, sheet: str) -> ImportJob:
    """Reads the file anew from another sheet; only while the columns are being matched."""

    def change(job: ImportJob) -> dict[str, Any]:
        _demand(job, ImportState.MAPPING)
        if job.table is None or sheet not in job.table.sheets:
            raise BadInputError("В файле нет такого листа.", field="sheet")
        return {"sheet": sheet, "table": None, **_QUEUED}

    return await IMPORTS.change(engine, import_id, change)


async def match_columns(
    engine: Engine, viewer: Viewer, import_id: str, mapping: SavedMapping, save_as: str = ""
) -> ImportJob:
    """Takes the person's choice, keeps it under a name where one is given, and asks for a check."""
    name = " ".join(save_as.split())[:80]
    _check_mapping(mapping, name)

    def change(job: ImportJob) -> dict[str, Any]:
        _demand(job, ImportState.MAPPING, ImportState.CHECKED)
        if job.table is None:
            raise ConflictError("Файл ещё читается.")
        accepted = mapped_profile(MAPPED, mapping).accepted
        bind(job.table.header, accepted, REQUIRED)
        return {
            "mapping": mapping,
            "profile": name or MAPPED,
            "save_as": name or None,
            "dry_run": True,
            "checkpoint": Checkpoint(),
            **_QUEUED,
        }

    job = await IMPORTS.change(engine, import_id, change)
    if name:
        await _save_profile(engine, viewer, name, mapping)
    return job


def _check_mapping(mapping: SavedMapping, name: str) -> None:
    if name.casefold() in {*BUILT_IN, MAPPED}:
        raise BadInputError("Это название занято, выберите другое.", field="save_as")
    for field in REQUIRED:
        if field not in mapping.columns:
            raise BadInputError(f"Не выбран столбец для поля «{FIELD_TITLES[field]}».", field=field)
    for field in mapping.columns:
        if field not in FIELD_TITLES:
            raise BadInputError("Неизвестное поле.", field=field)
    used = list(mapping.columns.values())
    if len(set(used)) != len(used):
        raise BadInputError("Один столбец выбран для двух полей.", field="columns")
    _check_codes(mapping.values)


def _check_codes(values: Mapping[str, Mapping[str, str]]) -> None:
    for field, pairs in values.items():
        if field not in CODED or not set(pairs.values()) <= CODED[field].keys():
            raise BadInputError("Неизвестное значение в переводе.", field=field)


async def _save_profile(engine: Engine, viewer: Viewer, name: str, mapping: SavedMapping) -> None:
    now = datetime.now(UTC)
    old = await repository.get_profile(engine, name)
    await repository.save_profile(
        engine,
        SavedProfile(
            name=name,
            mapping=mapping,
            created_at=old.created_at if old else now,
            updated_at=now,
            created_by=viewer.name,
        ),
    )


async def confirm(engine: Engine, import_id: str) -> ImportJob:
    """After a check: now really load."""

    def change(job: ImportJob) -> dict[str, Any]:
        _demand(job, ImportState.CHECKED)
        return {"dry_run": False, "checkpoint": Checkpoint(), **_QUEUED}

    return await IMPORTS.change(engine, import_id, change)


async def cancel(engine: Engine, import_id: str) -> ImportJob:
    """Stops a job. Rows already loaded stay: each is whole, and the counts say how many."""

    def change(job: ImportJob) -> dict[str, Any]:
        if job.state in ENDED_STATES:
            raise ConflictError("Загрузка уже закончилась.")
        return {
            "cancel_requested": True,
            "state": ImportState.CANCELLED,
            "finished_at": datetime.now(UTC),
            "lease_owner": None,
            "lease_until": None,
        }

    job = await IMPORTS.change(engine, import_id, change)
    await tell(engine, job, "cancelled", job.checkpoint.counts)
    return job


def _demand(job: ImportJob, *states: ImportState) -> None:
    if job.state not in states:
        raise ConflictError("Загрузка уже в другом состоянии. Обновите страницу.")
