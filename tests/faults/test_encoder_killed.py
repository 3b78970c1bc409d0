"""The model's process and the workers killed and stopped while cases wait: all of them get their
vectors, once, and people's work goes on meanwhile.
"""

import asyncio
import os
import random
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from app.cases.codes import State
from app.engine.client import Engine
from app.engine.names import Index
from app.meaning.service import current_meaning
from app.meaning.waiting import waiting
from app.settings import Settings
from tests.casework import case, store
from tests.faults.test_worker_killed import process

CASES = int(os.environ.get("OTKLIK_TEST_ENRICHED_CASES", "200"))
"""The long form, by hand: 5000."""
_KILLS = 4
_PATIENCE = 240.0
CLOSED = datetime(2026, 3, 10, tzinfo=UTC)
"""Nobody else writes a closed case."""


@pytest.fixture
def encoder_dir(encoder_folder: Path) -> str:
    return str(encoder_folder)


def encoders(worker: int) -> Iterator[psutil.Process]:
    """The models of a worker and of its children."""
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(worker).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if "app.meaning.child" in child.cmdline():
                    yield child


async def left(engine: Engine, version: str) -> int:
    await engine.refresh(Index.CASES)
    return await engine.count(Index.CASES, waiting(version))


async def test_everybody_catches_up(engine: Engine, settings: Settings) -> None:
    chance = random.Random(5)  # noqa: S311 - a seeded misfortune
    version = (await current_meaning(engine)).version
    long = " Просим разобраться и ответить письменно." * 20
    made = [
        case(number, text=f"Яма у дома {number}.{long}", state=State.CLOSED, closed_at=CLOSED)
        for number in range(CASES)
    ]
    await store(engine, *made)
    with ExitStack() as alive:
        alive.enter_context(process("schedule"))
        workers = [alive.enter_context(process("work")) for _ in range(2)]
        ends, kills, told = asyncio.get_running_loop().time() + _PATIENCE, 0, CASES
        while now := await left(engine, version):
            assert asyncio.get_running_loop().time() < ends, f"{now} still wait"
            victims = [one for worker in workers for one in encoders(worker.pid)]
            if kills < _KILLS and victims and now < told:
                kills, told = kills + 1, now
                if kills == 1:  # a worker with its model, in the middle of its work
                    os.killpg(workers[0].pid, signal.SIGKILL)
                    workers[0].wait()
                    workers[0] = alive.enter_context(process("work"))
                else:
                    with suppress(psutil.NoSuchProcess):
                        chance.choice(victims).send_signal(signal.SIGKILL)
            await asyncio.sleep(0.2)
    assert kills
    body = {"size": 10_000, "_source": ["rev", "version", "history", "emb_ver", "text"]}
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    found = {hit["_id"]: hit["_source"] for hit in hits}
    assert {one.id: one.text for one in made} == {key: one["text"] for key, one in found.items()}
    assert all((one["version"], len(one["history"])) == (1, 1) for one in found.values())
    most = 3 + 2 * kills  # two writes, and again where somebody died between them
    assert all(1 < one["rev"] <= most for one in found.values()), "nothing is done all the time"
    assert await engine.count(Index.ENRICHMENT, {"match_all": {}}) == 0
