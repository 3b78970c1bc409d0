"""Workers killed for real while they find problems, growth, friction: nothing lost, none twice."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.growth.watching import watch_if_due
from app.jobs import ring
from app.problems import query, repository
from app.settings import Settings
from dev.bench.problem_cases import load
from dev.bench.problem_stream import Stream, Told
from indexers.friction import find
from indexers.problems.assign import assign
from indexers.problems.growing import mark_growing
from indexers.problems.growth_notices import tell_growth
from tests import growing_town
from tests.boarding import problem
from tests.casework import store
from tests.faults.test_worker_killed import process
from tests.integration.friction.test_finding import town as quarrels
from tests.integration.problems.town import (
    MUCH,
    checked,
    counted_rightly,
    in_memory,
    placed,
    settled,
    told,
)
from tests.integration.search_corpus import put
from tests.ready import Child

MANY = Stream(seed=11, half=0, total=1_000, incidents=35, in_incidents=550, days=45)
FEW = Stream(seed=7, half=0, total=530, incidents=18, in_incidents=340, days=40)
NEVER = 0
_PAUSE = 0.2
AT = (2, 3, 5)
"""Numbers of writes: after the problems of a batch, between two parts of its messages, after the
problems of the next batch.
"""


async def count_placed(engine: Engine) -> int:
    await engine.refresh(Index.CASES)
    return await engine.count(Index.CASES, {"exists": {"field": "problem.score"}})


async def until(reached: Callable[[], Awaitable[bool]], seconds: float = 120) -> None:
    """Asked now and then: each asking makes a segment with vectors."""
    for _ in range(int(seconds / _PAUSE)):
        if await reached():
            return
        await asyncio.sleep(_PAUSE)
    raise AssertionError("waited in vain")


async def test_a_worker_killed_in_the_middle_of_assigning(
    engine: Engine, settings: Settings
) -> None:
    messages = told(MANY)
    await load(engine, messages)

    async def begun() -> bool:
        return await count_placed(engine) > 0

    async def ended() -> bool:
        whole = await count_placed(engine) == len(messages)
        return whole and not await engine.count(Index.PROBLEMS, query.unsettled(0)["query"])

    with process("work") as worker:
        assert await ring(settings, "find_problems")
        await until(begun)
        os.killpg(worker.pid, signal.SIGKILL)
    assert 0 < await count_placed(engine) < len(messages), "killed in the middle"
    with process("work"), process("schedule"):
        await until(ended)
    assert await placed(engine) == in_memory(messages)
    await checked(engine, settings)
    await counted_rightly(engine, messages)


async def dies(settings: Settings, module: str, actor: str, number: int) -> bool:
    """Whether a worker's process died before that write; whoever holds the work is gone by then."""
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        for name in ("turn:problems", "growth:watching"):
            await redis.delete(f"{settings.index_prefix}{name}")
    child = Child("tests.faults.actor_that_dies", module, actor, str(number))
    code = await asyncio.to_thread(child.wait, 60)
    assert code in {0, -signal.SIGKILL}
    return code != 0


async def emptied(engine: Engine, index: Index) -> None:
    await engine.refresh(index)
    found = (await engine.search(index, {"size": 1_000, "_source": False}))["hits"]["hits"]
    lines = [{"delete": {"_id": hit["_id"]}} for hit in found]
    if lines:
        await engine.client.bulk(index=engine.write_alias(index), operations=lines, refresh=True)


async def anew(engine: Engine, messages: list[Told]) -> None:
    """The messages as if nobody had looked at them."""
    await emptied(engine, Index.PROBLEMS)
    await load(engine, messages)


async def test_killed_between_any_two_writes_it_finds_the_same(
    engine: Engine, settings: Settings
) -> None:
    """Also between the parts in which the messages of one batch are written."""
    messages = told(FEW)
    expected, between = in_memory(messages), set[int]()
    for number in AT:
        await anew(engine, messages)
        assert await dies(settings, "problems", "find_problems", number), number
        between.add(await count_placed(engine))
        await settled(engine, settings)
        while (await assign(engine, MUCH)).left:
            pass
        now = await placed(engine)
        assert {name for name in expected if now.get(name) != expected[name]} == set(), number
        await checked(engine, settings)
    await counted_rightly(engine, messages)
    assert len(between) == len(AT), between
    assert min(between) == 0
    assert max(between) < len(messages)


async def documents(engine: Engine, index: Index, *moments: str) -> dict[str, dict[str, Any]]:
    """All of an index by id, without what differs between two runs: when, and how often written."""
    await engine.refresh(index)
    hits = (await engine.search(index, {"size": 1_000}))["hits"]["hits"]
    found = {}
    for hit in hits:
        document = hit["_source"].get("document", hit["_source"])
        found[hit["_id"]] = {
            name: value for name, value in document.items() if name not in {"rev", *moments}
        }
    return found


async def growing(engine: Engine) -> dict[str, dict[str, Any]]:
    """Alarms, campaigns, what is learned, and whether the problem is said to grow."""
    found = await documents(engine, Index.GROWTH, "watched_at", "seconds", "told_at")
    one = await repository.get(engine, "p1")
    assert one
    return {**found, "p1": {"growing": one.growing}}


async def test_a_killed_watch_of_growth_gives_the_same_alarms(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime.now(settings.zone).replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(growing_town, "NOW", noon.astimezone(UTC))
    await put(engine, growing_town.town())
    await growing_town.join(engine)
    await repository.create(engine, problem(1))
    before = await engine.get(Index.PROBLEMS, "p1")
    assert before
    assert not await dies(settings, "growth", "watch_growth", NEVER)
    expected = await growing(engine)
    alarms = [one for one in expected.values() if "series" in one and "expected" in one]
    assert len(alarms) == 2
    assert expected["p1"]["growing"]
    killed = 0
    while True:
        await emptied(engine, Index.GROWTH)
        now = await engine.get(Index.PROBLEMS, "p1")
        assert now
        await writer.replace(engine, now, before.source, refresh=True)
        if not await dies(settings, "growth", "watch_growth", killed + 1):
            break
        killed += 1
        await watch_if_due(engine, settings.zone)
        await mark_growing(engine)
        await tell_growth(engine, settings, datetime.now(UTC))
        assert await growing(engine) == expected, killed
    assert killed >= len(alarms) + 2


async def let_go(engine: Engine) -> None:
    """As the time of a lease does."""
    read = await engine.get(Index.FRICTION, find.ROUND)
    if read is None:
        return
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    state = {**read.source["round"], "lease_until": past}
    await writer.replace(engine, read, {**read.source, "round": state})


async def findings(engine: Engine) -> dict[str, dict[str, Any]]:
    found = await documents(engine, Index.FRICTION, "found_at")
    assert found.pop(find.ROUND)
    return found


async def test_a_killed_search_for_friction_gives_the_same_findings(
    engine: Engine, settings: Settings
) -> None:
    await store(engine, *quarrels())
    assert not await dies(settings, "friction", "find_friction", NEVER)
    expected = await findings(engine)
    assert len({one["kind"] for one in expected.values() if "kind" in one}) > 2
    killed = 0
    while True:
        await emptied(engine, Index.FRICTION)
        if not await dies(settings, "friction", "find_friction", killed + 1):
            break
        killed += 1
        await let_go(engine)
        await find.find_friction(engine, settings)
        assert await findings(engine) == expected, killed
    assert killed > 3
