"""A worker that dies in the middle of an export, for real."""

import asyncio
import csv
import os
import signal
from collections.abc import Callable

from app.engine.client import Engine
from app.exports.files import ExportFiles
from app.exports.models import ExportFormat, ExportJob, ExportState
from app.exports.repository import EXPORTS
from app.exports.service import ask
from app.jobs import ring
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from tests.faults.test_worker_killed import process
from tests.integration.search_corpus import case, filled

ROWS = 12_500


async def wait_for(
    engine: Engine, export_id: str, reached: Callable[[ExportJob], bool]
) -> ExportJob:
    for _ in range(2_400):
        if reached(job := (await EXPORTS.get(engine, export_id)).job):
            return job
        await asyncio.sleep(0.05)
    raise AssertionError(f"still {job.state} after two minutes")


async def test_a_killed_export_is_finished_by_the_sweep(settings: Settings) -> None:
    cases = [case(number, f"Нет горячей воды в доме {number}") for number in range(ROWS)]
    async with filled(settings, cases) as engine:
        asked = [("q", "горячая вода"), ("sort", "-received_at")]
        job = await ask(engine, LOCAL_VIEWER, asked, ExportFormat.CSV)
        files = ExportFiles(settings, job)
        with process("work") as worker:
            assert await ring(settings, "run_export", job.id)
            await wait_for(engine, job.id, lambda now: now.done > 0)
            os.killpg(worker.pid, signal.SIGKILL)
        interrupted = (await EXPORTS.get(engine, job.id)).job
        assert interrupted.state is ExportState.RUNNING
        assert 0 < interrupted.done < ROWS
        assert not files.result.exists()
        with process("work"), process("schedule"):
            done = await wait_for(engine, job.id, lambda now: now.state is ExportState.DONE)
    assert done.total == done.done == ROWS
    assert [path.name for path in files.folder.iterdir()] == ["result.csv"]
    with files.result.open(encoding="utf-8-sig", newline="") as file:
        numbers = [line["Номер"] for line in csv.DictReader(file, delimiter=";")]
    assert sorted(numbers) == sorted(one.number for one in cases)
