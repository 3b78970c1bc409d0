"""A worker that dies in the middle of an import, for real."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from app.engine.client import Engine
from app.engine.names import Index
from app.intake.models import ImportJob, ImportState
from app.intake.repository import IMPORTS
from app.jobs import ring
from app.settings import Settings
from indexers.setup import run as run_setup
from tests.factories import load, receive, row, write_csv
from tests.ready import Child

ROWS = 6_000


def process(*arguments: str) -> AbstractContextManager[Child]:
    """`otklik …` with the test's environment, in a process group of its own."""
    return module("cli.main", *arguments)


@contextmanager
def module(*arguments: str) -> Iterator[Child]:
    """`python -m …`, likewise."""
    child = Child(*arguments)
    try:
        yield child
    finally:
        child.end()
        child.wait()


async def wait_for(engine: Engine, job_id: str, reached: Callable[[ImportJob], bool]) -> ImportJob:
    for _ in range(1_200):
        if reached(job := (await IMPORTS.get(engine, job_id)).job):
            return job
        await asyncio.sleep(0.1)
    raise AssertionError(f"still {job.state} after two minutes")


def begun(job: ImportJob) -> bool:
    return job.checkpoint.counts.rows > 0


def ended(job: ImportJob) -> bool:
    return job.state is ImportState.DONE


ENRICHED = ("rev", "enriched_version", "enriched_at", "spot", "suggested", "danger", "problem")
"""What the enrichment writes by and by where a worker lives: not the doing of the import."""


async def documents(engine: Engine) -> dict[str, Any]:
    """Cases without what differs between two loads of one file: moments and the import's id."""
    await engine.refresh(Index.CASES)
    body = {"size": 10_000, "query": {"match_all": {}}}
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    found = {}
    for hit in hits:
        case = hit["_source"]
        for name in ("created_at", "updated_at", "number"):
            del case[name]
        for name in ENRICHED:
            case.pop(name, None)
        del case["source"]["import_id"], case["source"]["imports"]
        for event in case["history"]:
            del event["at"], event["import_id"]
        found[hit["_id"]] = case
    return found


@pytest.fixture
async def bells(settings: Settings) -> Redis:
    """The queue itself, to empty it."""
    return Redis.from_url(settings.redis_url.get_secret_value())


async def test_a_killed_worker_leaves_the_same_result(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    rows = [row(n) for n in range(ROWS)]
    rows[10:10] = [row(10_001, text="")]
    rows += [row(5, state="closed"), row(10_002, received_at="когда-то")]
    path = write_csv(tmp_path / "t.csv", rows)
    job = await receive(engine, settings, path)
    with process("work") as worker:
        assert await ring(settings, "run_import", job.id)
        await wait_for(engine, job.id, begun)
        os.killpg(worker.pid, signal.SIGKILL)
    interrupted = (await IMPORTS.get(engine, job.id)).job
    assert not ended(interrupted)
    with process("work"), process("schedule"):
        done = await wait_for(engine, job.id, ended)
    assert done.checkpoint.counts.rows == ROWS + 3
    other = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}clean-"})
    clean = Engine(other)
    try:
        await run_setup(clean, other)
        expected = await load(clean, other, path)
        assert done.checkpoint.counts == expected.checkpoint.counts
        here, there = await documents(engine), await documents(clean)
        assert here.keys() == there.keys()
        assert not {name: one for name, one in here.items() if one != there[name]}
    finally:
        await clean.close()


async def test_an_emptied_queue_loses_no_import(
    engine: Engine, settings: Settings, tmp_path: Path, bells: Redis
) -> None:
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(20)])
    job = await receive(engine, settings, path)
    await ring(settings, "run_import", job.id)
    async with bells:
        async for key in bells.scan_iter(f"{settings.index_prefix}*"):
            await bells.delete(key)
    with process("work"), process("schedule"), process("schedule"):
        done = await wait_for(engine, job.id, ended)
    assert done.checkpoint.counts.created == 20
