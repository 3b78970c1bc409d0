"""Imports that are interrupted, raced, cancelled or starved: on the real engine."""

import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineUnavailableError, StorageUnavailableError
from app.intake import service
from app.intake.models import Counts, ImportJob, ImportState
from app.intake.repository import IMPORTS
from app.settings import Settings
from indexers.imports import ahead, chunk, run
from indexers.imports.run import run_import
from indexers.setup import run as run_setup
from tests.factories import load as load_file
from tests.factories import receive, row, stored_cases, write_csv


class BoomError(Exception):
    """Stands for the death of a worker at a chosen moment."""


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
@pytest.mark.parametrize(("identified", "apart"), [(True, False), (False, False), (False, True)])
async def test_an_interrupted_import_goes_on_and_counts_each_row_once(
    engine: Engine,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    identified: bool,
    apart: bool,
) -> None:
    if apart:
        monkeypatch.setattr(ahead, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(run, "CHUNK_ROWS", 10)
    rows = [row(n) for n in range(42)] + [row(3, state="closed"), row(50, text=""), row(41)]
    if not identified:
        rows = [{**cells, "external_id": ""} for cells in rows]
    path = write_csv(tmp_path / "t.csv", rows)
    write = chunk.ChunkWriter.write
    calls = 0

    async def dying(self: chunk.ChunkWriter, given: Any) -> chunk.ChunkResult:
        nonlocal calls
        calls += 1
        if calls == 3 and moment == "before_write":
            raise BoomError
        result = await write(self, given)
        if calls in {3, 5}:
            raise BoomError
        return result

    monkeypatch.setattr(chunk.ChunkWriter, "write", dying)
    job = await receive(engine, settings, path)
    for _ in range(2):
        with pytest.raises(BoomError):
            await run_import(engine, settings, job.id)
        await expire_lease(engine, job.id)
    await run_import(engine, settings, job.id)
    done = (await IMPORTS.get(engine, job.id)).job
    assert done.state is ImportState.DONE
    uninterrupted = await load_clean(settings, path)
    assert done.checkpoint.counts == uninterrupted.checkpoint.counts
    assert done.rejected_examples == uninterrupted.rejected_examples
    assert done.checkpoint.rejects_size == uninterrupted.checkpoint.rejects_size
    numbers = [case["number"] for case in (await stored_cases(engine)).values()]
    assert len(numbers) == len(set(numbers)) == done.checkpoint.counts.created


async def expire_lease(engine: Engine, import_id: str) -> None:
    await engine.client.update(
        index=engine.write_alias(Index.IMPORTS),
        id=import_id,
        doc={"document": {"lease_until": None}, "lease_until": None},
    )


async def load_clean(settings: Settings, path: Path) -> ImportJob:
    """The same file into indexes of its own, without interruption."""
    other = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}clean-"})
    engine = Engine(other)
    try:
        await run_setup(engine, other)
        return await load_file(engine, other, path)
    finally:
        await engine.close()


async def test_a_preparing_process_that_dies_is_noticed(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "WORTH_A_PROCESS", 1)
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(5)])
    job = await receive(engine, settings, path)
    with monkeypatch.context() as broken:
        broken.setattr(ahead, "PROGRAM", "indexers.no_such_program")
        with pytest.raises(ahead.PreparingDiedError):
            await run_import(engine, settings, job.id)
    await expire_lease(engine, job.id)
    await run_import(engine, settings, job.id)
    assert (await IMPORTS.get(engine, job.id)).job.checkpoint.counts.created == 5


async def test_two_workers_on_one_job_do_it_once(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK_ROWS", 10)
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(60)])
    job = await receive(engine, settings, path)
    await asyncio.gather(*(run_import(engine, settings, job.id) for _ in range(3)))
    done = (await IMPORTS.get(engine, job.id)).job
    assert done.checkpoint.counts == Counts(rows=60, created=60)


async def test_two_files_with_the_same_rows_at_once(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(200)])
    jobs = await asyncio.gather(*(load_file(engine, settings, path) for _ in range(3)))
    assert sum(job.checkpoint.counts.created for job in jobs) == 200
    assert sum(job.checkpoint.counts.unchanged for job in jobs) == 400
    assert len(await stored_cases(engine)) == 200


async def test_a_cancelled_job_stops_and_keeps_whole_rows(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK_ROWS", 10)
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(50)])
    write = chunk.ChunkWriter.write

    async def cancelling(self: chunk.ChunkWriter, given: Any) -> chunk.ChunkResult:
        result = await write(self, given)
        await service.cancel(engine, self._import_id)
        return result

    monkeypatch.setattr(chunk.ChunkWriter, "write", cancelling)
    job = await load_file(engine, settings, path)
    assert job.state is ImportState.CANCELLED
    await engine.refresh(Index.CASES)
    assert len(await stored_cases(engine)) == 10


async def test_an_engine_that_goes_away_loses_nothing(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(5)])
    write = chunk.ChunkWriter.write

    async def away(self: chunk.ChunkWriter, given: Any) -> chunk.ChunkResult:
        raise EngineUnavailableError("нет ответа")

    monkeypatch.setattr(chunk.ChunkWriter, "write", away)
    job = await receive(engine, settings, path)
    with pytest.raises(EngineUnavailableError):
        await run_import(engine, settings, job.id)
    monkeypatch.setattr(chunk.ChunkWriter, "write", write)
    await expire_lease(engine, job.id)
    await run_import(engine, settings, job.id)
    assert (await IMPORTS.get(engine, job.id)).job.checkpoint.counts == Counts(rows=5, created=5)


async def test_a_full_disk_holds_an_import_up_and_nothing_is_lost(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "t.csv", [row(1), row(2, text="")])

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(StorageUnavailableError):
            await receive(engine, settings, path)
    assert not list((settings.data_dir / "imports").iterdir())
    job = await receive(engine, settings, path)
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(StorageUnavailableError):
            await run_import(engine, settings, job.id)
    held = (await IMPORTS.get(engine, job.id)).job
    assert held.trouble is not None
    await expire_lease(engine, job.id)
    await run_import(engine, settings, job.id)
    done = (await IMPORTS.get(engine, job.id)).job
    assert done.checkpoint.counts == Counts(rows=2, created=1, rejected=1)
    assert done.trouble is None
