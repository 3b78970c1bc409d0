"""A folder that other programs put tables into: each finished file is loaded once and put away.

A file is first claimed: renamed into `.work/<import id>/`. That name is all the memory there is,
so whatever kills the process, the next one finds the claim, the job of that id or none, and goes
on. Files end in `done/` or `failed/`, with the rows that were not loaded, or the reason, beside.
"""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from anyio.to_thread import run_sync
from ulid import ULID

from app.disk import sync_folder
from app.engine.client import Engine
from app.errors import (
    BadInputError,
    EngineSetupError,
    EngineUnavailableError,
    NotFoundError,
    OtklikError,
    StorageUnavailableError,
    TooLargeError,
)
from app.intake.files import ImportFiles
from app.intake.models import BUSY_STATES, ImportJob, ImportState
from app.intake.rejects import write_rejects
from app.intake.repository import IMPORTS
from app.intake.service import known_profile, note_refused, receive
from app.settings import Settings
from app.viewer import Viewer
from indexers.imports.run import run_import

log = structlog.get_logger()

FOLDER_VIEWER = Viewer(name="folder", everything=True, title="Папка")
"""Who loads what nobody handed in; the page «Загрузка» says «из папки»."""
_WORK, _DONE, _FAILED, _LOCK = ".work", "done", "failed", ".otklik.lock"
_UNFINISHED = (".part", ".tmp", ".crdownload", ".partial", ".filepart")
_WAIT_SECONDS = 0.5


class WatchedElsewhereError(OtklikError):
    code = "watched_elsewhere"
    status = 409


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time; the system itself lets go when the process dies."""
    try:
        file = (folder / _LOCK).open("a")
    except OSError as error:
        raise StorageUnavailableError(f"В папку {folder} нельзя записать: {error}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WatchedElsewhereError(
                f"За папкой {folder} уже следит другой процесс Отклика."
            ) from error
        yield


class Watch:
    """One folder and one kind of table; the caller holds `alone`."""

    def __init__(self, engine: Engine, settings: Settings, folder: Path, profile: str) -> None:
        self._engine = engine
        self._settings = settings
        self._folder = folder
        self._profile = profile
        self._seen: dict[Path, tuple[int, int]] = {}

    async def check(self) -> None:
        """Raises `BadInputError` for an unknown profile, before the first file comes."""
        await known_profile(self._engine, self._profile)

    async def run(self, every: float, *, once: bool = False) -> int:
        """Looks each `every` seconds for ever; `once`: two looks, and what is finished is loaded.

        Returns how many files could not be loaded. An engine or a disk that is away is waited for.
        """
        failed = 0
        looks = 0
        while True:
            try:
                failed += await self.look()
            except (EngineUnavailableError, EngineSetupError, StorageUnavailableError) as error:
                if once:
                    raise
                log.warning("watch_waits", folder=str(self._folder), code=error.code)
            looks += 1
            if once and looks > 1:
                return failed
            await asyncio.sleep(every)

    async def look(self) -> int:
        """Goes on with what was claimed, then claims what is finished; counts the failed."""
        failed = 0
        for claim in await run_sync(self._claims):
            failed += await self._load(claim)
        for path in await run_sync(self._finished):
            claim = self._folder / _WORK / str(ULID()) / path.name
            if await run_sync(_claim, path, claim):
                log.info("watch_claimed", import_id=claim.parent.name, folder=str(self._folder))
                failed += await self._load(claim)
        return failed

    def _claims(self) -> list[Path]:
        """Files claimed by an earlier life; empty claims are what is left of a finished one."""
        found = []
        for folder in sorted((self._folder / _WORK).glob("*")):
            files = [path for path in folder.iterdir() if path.is_file()]
            found += files[:1]
            if not files:
                folder.rmdir()
        return found

    def _finished(self) -> list[Path]:
        """Files that did not change since the last look: whoever writes them has let go."""
        looks = {path: _look_of(path) for path in self._folder.iterdir() if _is_table(path)}
        now = {path: look for path, look in looks.items() if look}
        still = sorted(path for path, look in now.items() if self._seen.get(path) == look)
        self._seen = now
        return still

    async def _load(self, claim: Path) -> bool:
        """Loads one claimed file and puts it away; True where it could not be loaded."""
        job = await self._finish(await self._job(claim))
        good = job.state is ImportState.DONE
        await run_sync(self._put_away, claim, job, _DONE if good else _FAILED)
        counts = job.checkpoint.counts
        log.info(
            "watch_loaded" if good else "watch_failed",
            import_id=job.id,
            state=job.state,
            rows=counts.rows,
            rejected=counts.rejected,
            code=job.error_code,
        )
        return not good

    async def _job(self, claim: Path) -> ImportJob:
        import_id = claim.parent.name
        try:
            return (await IMPORTS.get(self._engine, import_id)).job
        except NotFoundError:
            await run_sync(_forget, ImportFiles(self._settings, import_id))
        try:
            with claim.open("rb") as stream:
                return await receive(
                    self._engine,
                    self._settings,
                    FOLDER_VIEWER,
                    stream=stream,
                    file_name=claim.name,
                    profile=self._profile,
                    import_id=import_id,
                )
        except (BadInputError, TooLargeError) as error:
            return await note_refused(
                self._engine, FOLDER_VIEWER, import_id, claim, self._profile, error
            )

    async def _finish(self, job: ImportJob) -> ImportJob:
        """Runs the job here, or waits where a worker's sweeper took it first."""
        while job.state in BUSY_STATES:
            await run_import(self._engine, self._settings, job.id)
            job = (await IMPORTS.get(self._engine, job.id)).job
            if job.state in BUSY_STATES:
                await asyncio.sleep(_WAIT_SECONDS)
        return job

    def _put_away(self, claim: Path, job: ImportJob, where: str) -> None:
        """The notes first and the file last: a claim without its file is over."""
        target = _free(self._folder / where / claim.name, job.id)
        target.parent.mkdir(exist_ok=True)
        if job.checkpoint.counts.rejected:
            write_rejects(self._settings, job, target.with_name(f"{target.name}.rejects.xlsx"))
        if where == _FAILED:
            reason = job.error or "Загрузка остановлена."
            target.with_name(f"{target.name}.txt").write_text(f"{reason}\n", encoding="utf-8")
        claim.rename(target)
        claim.parent.rmdir()


def _is_table(path: Path) -> bool:
    if path.name.startswith((".", "~$")) or path.suffix.lower() in _UNFINISHED:
        return False
    return path.is_file() and not path.is_symlink()


def _look_of(path: Path) -> tuple[int, int] | None:
    """None where somebody took the file away meanwhile."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_size, stat.st_mtime_ns


def _claim(path: Path, claim: Path) -> bool:
    """False where the file is gone; the rename is on the disk when this returns."""
    claim.parent.mkdir(parents=True)
    try:
        path.rename(claim)
    except FileNotFoundError:
        claim.parent.rmdir()
        return False
    sync_folder(claim.parent)
    return True


def _forget(files: ImportFiles) -> None:
    """What a call that was killed before its job was written has left."""
    for path in (files.source, files.rows, files.rejects):
        path.unlink(missing_ok=True)
    if files.folder.exists():
        files.folder.rmdir()


def _free(target: Path, import_id: str) -> Path:
    """A file of this name may have come before."""
    if not target.exists():
        return target
    return target.with_name(f"{target.stem} {import_id}{target.suffix}")
