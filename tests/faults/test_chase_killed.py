"""Workers, clocks and a site killed, Redis emptied, the clock moved: each reminder given once."""

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import AbstractContextManager, ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from ulid import ULID

from app.accounts.roles import Role
from app.cases.actions.model import Action, Given
from app.cases.chase import alerts
from app.cases.chasing import SYSTEM, to_chase
from app.cases.doing import act
from app.cases.models import Case
from app.cases.repository import to_case
from app.deadlines.shipped import SHIPPED
from app.engine.client import Engine
from app.engine.names import Index
from app.settings import Settings
from indexers.audit.check import check_audit
from tests.auditing import assert_told, stored
from tests.casework import COORDINATOR, ZONE, assert_possible, case, store
from tests.e2e.conftest import free_port
from tests.factories import make_user
from tests.faults.moved_clock import CLOCK
from tests.faults.test_audit_killed import all_told
from tests.faults.test_worker_killed import module, process
from tests.noticing import notices
from tests.ready import Child

EVENTS = int(os.environ.get("OTKLIK_TEST_CHASE_EVENTS", "300"))
"""The long form, by hand: 2000."""
_PATIENCE = 120.0
"""Seconds until everything due at one moment has to be told, whoever dies meanwhile."""
_KILL_EVERY = 3.0
"""Seconds, doubled after each kill at one moment: a slow machine has to get a clock started."""


def worker() -> AbstractContextManager[Child]:
    """`otklik work` with a clock of the test's."""
    by_clock = "tests.faults.moved_clock"
    return module("dramatiq", by_clock, "--skip-logging", "--processes", "1", "--threads", "2")


class Town:
    """Two workers, two clocks and a site, any of which may die at any moment."""

    def __init__(self, alive: ExitStack) -> None:
        port = str(free_port())
        self._alive = alive
        self._makers = [
            worker,
            worker,
            lambda: process("schedule"),
            lambda: process("schedule"),
            lambda: process("serve", "--port", port),
        ]
        self._running = [alive.enter_context(make()) for make in self._makers]
        self.killed = [0] * len(self._makers)

    def kill(self, victim: int) -> None:
        os.killpg(self._running[victim].pid, signal.SIGKILL)
        self._running[victim].wait()
        self.killed[victim] += 1
        self._running[victim] = self._alive.enter_context(self._makers[victim]())


class Clock:
    def __init__(self, path: Path) -> None:
        self._path = path

    def set(self, moment: datetime) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(moment.isoformat())
        fresh.replace(self._path)


async def left(engine: Engine, moment: datetime) -> int:
    await engine.refresh(Index.CASES)
    return await engine.count(Index.CASES, to_chase(moment))


async def told_at(
    engine: Engine, town: Town, moment: datetime, total: int, choice: random.Random
) -> int:
    """Waits until all that is due at `moment` is told; how many workers died in the midst of it."""
    loop, hits = asyncio.get_running_loop(), 0
    pause, until = _KILL_EVERY, loop.time() + _PATIENCE
    next_kill = loop.time() + pause * choice.random()
    while loop.time() < until:
        remaining = await left(engine, moment)
        if not remaining:
            return hits
        in_the_midst = remaining < total
        if in_the_midst and not hits:
            for victim in (0, 1):  # whichever of them is at it
                town.kill(victim)
            hits += 1
        elif loop.time() > next_kill:
            town.kill(choice.randrange(2, 5))
            pause *= 2
            next_kill = loop.time() + pause
        await asyncio.sleep(0.01)
    raise AssertionError(f"{remaining} cases of {total} are still due")


async def empty_redis(settings: Settings) -> None:
    """Of everything this installation has there: queues, the clocks' lock, marks."""
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        async for key in redis.scan_iter(match=f"{settings.index_prefix}*", count=1000):
            await redis.delete(key)


async def typing(engine: Engine, ids: list[str], acknowledged: list[tuple[str, str]]) -> None:
    """People go on working on the same cases all the time."""
    choice = random.Random(7)  # noqa: S311 - which case is next
    while True:
        case_id, key = choice.choice(ids), str(ULID())
        note = Action("note", Given({"text": "Звонили"}), key)
        await act(engine, COORDINATOR, case_id, None, note, zone=ZONE)
        acknowledged.append((case_id, key))
        await asyncio.sleep(0.05)


def expected(one: Case) -> list[tuple[str, str]]:
    return [(alert.kind.value, alert.key) for alert in alerts(one, SHIPPED)]


async def test_each_reminder_is_given_once(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, choice = Clock(tmp_path / "clock"), random.Random(20261126)  # noqa: S311 - who dies
    monkeypatch.setenv(CLOCK, str(tmp_path / "clock"))
    # The town lives in March: by the clock of this machine its notices may be old enough to drop.
    monkeypatch.setenv("OTKLIK_NOTICE_DAYS", "36500")
    await make_user(engine, settings, "koord", Role.COORDINATOR)
    steps = [alert.at for alert in alerts(case(deadline_at=None), SHIPPED)]
    cases = [case(number, deadline_at=None) for number in range(-(-EVENTS // len(steps)))]
    await store(engine, *cases)
    clock.set(steps[0] - timedelta(days=1))
    acknowledged: list[tuple[str, str]] = []
    people = asyncio.create_task(typing(engine, [one.id for one in cases], acknowledged))
    hits = 0
    with ExitStack() as alive:
        town = Town(alive)
        for number, moment in enumerate(steps):
            clock.set(moment)
            hits += await told_at(engine, town, moment, len(cases), choice)
            if number in {1, 3}:
                await empty_redis(settings)
            clock.set(moment - timedelta(days=choice.randrange(1, 9)))  # back, and on again
        people.cancel()
        clock.set(steps[-1] + timedelta(days=400))
        await all_told(engine)
        await all_noticed(engine)
    with suppress(asyncio.CancelledError):
        await people
    await check(engine, cases, acknowledged)
    assert hits >= len(steps) - 1, "hardly any worker died in the midst of its work"
    assert sum(town.killed[2:]) >= 2


async def all_noticed(engine: Engine) -> None:
    async with asyncio.timeout(_PATIENCE):
        while await engine.count(Index.CASES, {"term": {"notices_due": True}}):
            await asyncio.sleep(0.2)
            await engine.refresh(Index.CASES)


async def check(engine: Engine, cases: list[Case], acknowledged: list[tuple[str, str]]) -> None:
    documents = await stored(engine)
    assert len(acknowledged) > len(cases) / 2
    for one in cases:
        after = to_case(documents[one.id])
        given = [event for event in after.history if event.by == SYSTEM]
        assert [(event.what, event.key or "") for event in given] == expected(one)
        assert after.alerted == [key for _, key in expected(one)]
        assert after.alert_at is None
        assert all(event.notify == ["koord"] for event in given[:-1])
        assert_possible(after)
    for case_id, key in acknowledged:
        assert [event.get("key") for event in documents[case_id]["history"]].count(key) == 1
    made = Counter((one.case_id, one.seq, one.login) for one in await notices(engine))
    assert made == {
        (one["id"], event["seq"], login): 1
        for one in documents.values()
        for event in one["history"]
        for login in event.get("notify", [])
    }
    events = sum(len(one["history"]) for one in documents.values())
    assert await assert_told(engine) == events - len(cases)
    report = await check_audit(engine)
    assert report.ok, report
