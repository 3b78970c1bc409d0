"""A watcher that is killed again and again while a folder is being filled."""

import asyncio
import os
import signal
from pathlib import Path

from app.engine.client import Engine
from app.engine.names import Index
from app.intake.repository import list_jobs
from app.settings import Settings
from indexers.imports.watch import Watch
from tests.factories import row, write_csv
from tests.faults.test_worker_killed import process

FILES, ROWS = 6, 400


async def test_killed_watchers_load_everything_once(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    for number in range(FILES):
        rows = [row(number * ROWS + each, external_id="") for each in range(ROWS)]
        write_csv(folder / f"{number}.csv", rows)
    for _ in range(4):
        arguments = ("import", "--watch", str(folder), "--profile", "canonical", "--every", "0.2")
        with process(*arguments) as watcher:
            before = len(await list_jobs(engine))
            for _ in range(600):
                await asyncio.sleep(0.05)
                if len(await list_jobs(engine)) > before or watcher.poll() is not None:
                    break
            os.killpg(watcher.pid, signal.SIGKILL)
    await Watch(engine, settings, folder, "canonical").run(0.1, once=True)
    assert sorted(path.name for path in (folder / "done").iterdir()) == [
        f"{number}.csv" for number in range(FILES)
    ]
    assert list((folder / ".work").iterdir()) == []
    jobs = await list_jobs(engine)
    assert len(jobs) == FILES
    assert sum(job.checkpoint.counts.created for job in jobs) == FILES * ROWS
    await engine.refresh(Index.CASES)
    assert await engine.count(Index.CASES, {"match_all": {}}) == FILES * ROWS
