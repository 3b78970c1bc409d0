"""A rebuild that dies in each of its phases, for real, and is begun again."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from elasticsearch import AsyncElasticsearch

from app.engine.client import Engine
from app.engine.names import Index
from app.settings import ROOT
from app.system.rebuilds import get_rebuild
from tests.integration.search_corpus import case
from tests.ready import Child
from tests.rebuilding import Written, documents, fill, live_name, write_once

COUNT = 3_000

PLACES = {
    "before the index is made": ("indexers.rebuild.target", "make", "before"),
    "after the index is made": ("indexers.rebuild.target", "make", "after"),
    "in the middle of copying": ("indexers.rebuild.follow", "put", "second"),
    "before the settings": ("indexers.rebuild.target", "bring_into_service", "before"),
    "before the seal": ("indexers.rebuild.switch", "switch", "before"),
    "under the seal": ("indexers.rebuild.switch", "_move", "before"),
    "after the aliases moved": ("indexers.rebuild.switch", "_move", "after"),
    "before the end": ("indexers.rebuild.compare", "bring_late_writes", "before"),
}


def rebuild(said: Path, *dies: str) -> Child:
    return Child("tests.faults.rebuild_that_dies", *dies, said=said)


@pytest.mark.parametrize("place", PLACES)
async def test_a_killed_rebuild_is_finished_by_the_next(
    engine: Engine, raw_engine: AsyncElasticsearch, tmp_path: Path, place: str
) -> None:
    await fill(engine, COUNT)
    before = await documents(raw_engine, await live_name(engine))
    killed = await asyncio.to_thread(rebuild(tmp_path / "killed", *PLACES[place]).wait)
    assert killed == -signal.SIGKILL
    key = case(17, "").id
    await write_once(engine, written := Written(), key)
    assert written.revisions == {key: 2}
    assert written.longest < 12, "a seal must not outlive its end"
    await asyncio.to_thread(rebuild(said := tmp_path / "again", "", "", "").wait)
    last = said.read_text().splitlines()[-1]
    live = await live_name(engine)
    assert last.startswith("copied ")
    assert last.endswith(f"swapped {live}")
    there = await documents(raw_engine, live)
    assert there.pop(key)["rev"] == 2
    before.pop(key)
    assert there == before
    stored = await get_rebuild(engine, Index.CASES)
    assert stored is not None
    assert stored.rebuild.copied <= COUNT + 1_000


async def copying_begins(engine: Engine) -> None:
    for _ in range(300):
        found = await get_rebuild(engine, Index.CASES)
        if found and found.rebuild.total:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the rebuild did not begin")


async def test_a_second_command_is_told_about_the_first(engine: Engine, tmp_path: Path) -> None:
    await fill(engine, COUNT)
    first = rebuild(tmp_path / "first", "indexers.rebuild.follow", "put", "sleep")
    try:
        await copying_begins(engine)
        command = [sys.executable, "-m", "cli.main", "rebuild", "cases"]
        second = await asyncio.to_thread(
            subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert second.returncode == 1
        assert f":{first.pid}" in second.stderr
        assert "уже идёт" in second.stderr
    finally:
        first.end()
        first.wait()
