"""The projecting worker killed at random while people work: journal and histories stay equal."""

import asyncio
import os
import random
import signal

from redis.asyncio import Redis

from app.engine.client import Engine
from app.jobs import queue_namespace, ring
from app.settings import Settings
from indexers.audit.check import check_audit
from tests.auditing import STEPS, act, assert_told, new_case, put, stored
from tests.faults.test_worker_killed import process

CASES = 12
WRITERS = 8
TURNS = 40
KILLS = 4


async def person(engine: Engine, settings: Settings, ids: list[str], who: int) -> None:
    choice = random.Random(who)  # noqa: S311 - which case comes next
    for turn in range(TURNS):
        case_id = choice.choice(ids)
        await act(engine, case_id, f"user{who}", STEPS[turn % len(STEPS)])
        await ring(settings, "project_audit", case_id)
        await asyncio.sleep(choice.random() * 0.15)


async def killer() -> None:
    """Lets a worker live for a moment, again and again."""
    choice = random.Random(7431)  # noqa: S311 - when it dies
    for _ in range(KILLS):
        with process("work") as worker:
            await asyncio.sleep(2.5 + choice.random() * 2)
            os.killpg(worker.pid, signal.SIGKILL)


async def all_told(engine: Engine) -> None:
    for _ in range(1_200):
        cases = (await stored(engine)).values()
        if all(one["audit_seq"] == len(one["history"]) for one in cases):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the journal has not caught up in two minutes")


async def test_killed_at_random_and_redis_emptied(engine: Engine, settings: Settings) -> None:
    await put(engine, *(new_case(number) for number in range(CASES)))
    ids = sorted(await stored(engine))
    working = [person(engine, settings, ids, who) for who in range(WRITERS)]
    await asyncio.gather(killer(), *working)
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        async for key in redis.scan_iter(f"{queue_namespace(settings)}*"):
            await redis.delete(key)  # the bells are gone: only the sweep finds what is due
    with process("work"), process("schedule"):
        await all_told(engine)
    assert await assert_told(engine) == CASES + WRITERS * TURNS
    report = await check_audit(engine)
    assert report.ok, report
