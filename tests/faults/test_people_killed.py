"""Web and worker killed at random while people act over HTTP: what was acknowledged is there."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx
from ulid import ULID

from app.accounts.roles import Role
from app.accounts.scopes import viewer_for
from app.accounts.tokens.owners import owner_of
from app.accounts.tokens.service import Wish, create
from app.bulk.models import BulkJob, BulkState
from app.bulk.repository import BULK
from app.bulk.service import ask
from app.cases.repository import to_case
from app.cases.rows import RowState
from app.engine.client import Engine
from app.jobs import ring
from app.permissions import WORK_IN_HAND, Permission
from app.reference.current import current_book
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer
from indexers.audit.check import check_audit
from tests.auditing import assert_told, stored
from tests.casework import assert_possible, case, store
from tests.e2e.conftest import free_port
from tests.factories import make_user
from tests.faults.test_audit_killed import all_told
from tests.faults.test_worker_killed import process
from tests.ready import Child

CASES = 60
PEOPLE = 8
SECONDS = float(os.environ.get("OTKLIK_TEST_KILL_SECONDS", "25"))
"""Of people acting while processes die; longer by hand."""
ENOUGH = 10
"""Acts acknowledged to each before they leave: a busy machine may take its time over them."""
BULKS = 3
_RIGHTS = sorted({*WORK_IN_HAND, Permission.CASE_CLASSIFY, Permission.CASE_ASSIGN})


@dataclass
class Person:
    """One who acts by a token, and what the site acknowledged to them."""

    number: int
    secret: str
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    """Case and key."""
    refused: int = 0
    resent: int = 0

    async def work(self, url: str, ids: list[str], until: float) -> None:
        choice = random.Random(self.number)  # noqa: S311 - what is done next
        headers = {"Authorization": f"Bearer {self.secret}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as client:
            now = asyncio.get_running_loop().time
            while now() < until or len(self.acknowledged) < ENOUGH:
                name, given = self._wish(choice)
                await self._act(client, choice.choice(ids), name, given)

    @staticmethod
    def _wish(choice: random.Random) -> tuple[str, dict[str, str]]:
        word = f"слово{choice.randrange(10**6)}"
        wishes: list[tuple[str, dict[str, str]]] = [
            ("note", {"text": word}),
            ("tag", {"tag": word}),
            ("take", {}),
            ("release", {}),
            ("undo", {}),
            ("set_importance", {"importance": choice.choice(["normal", "high"])}),
            ("set_place", {"street": word}),
        ]
        return choice.choice(wishes)

    async def _act(
        self, client: httpx.AsyncClient, case_id: str, name: str, given: dict[str, str]
    ) -> None:
        """Sent with one key until the site answers, as a browser or a program would."""
        key = str(ULID())
        while True:
            try:
                path = f"/api/v1/cases/{case_id}/actions/{name}"
                answer = await client.post(path, json={**given, "key": key})
            except httpx.HTTPError:
                self.resent += 1
                await asyncio.sleep(0.3)
                continue
            if answer.status_code == 429:
                await asyncio.sleep(1)
                continue
            if answer.status_code == 200:
                self.acknowledged.append((case_id, key))
            else:
                assert answer.status_code in {400, 403, 409, 422}, answer.text
                self.refused += 1
            return


async def people(engine: Engine, settings: Settings) -> AsyncIterator[Person]:
    for number in range(PEOPLE):
        login = f"user{number}"
        await make_user(engine, settings, login, Role.COORDINATOR)
        wish = Wish(login=login, name="Проверка", permissions=_RIGHTS)
        secret, _ = await create(engine, LOCAL_VIEWER, await owner_of(engine, login), wish)
        yield Person(number, secret)


async def killer(port: int, until: float, crowd: asyncio.Future[list[None]]) -> int:
    """Lets a site, a worker and a clock live for a moment, again and again; how many died.

    The last ones live until the crowd has gone.
    """
    choice = random.Random(20261126)  # noqa: S311 - when who dies
    killed, now = 0, asyncio.get_running_loop().time
    names = (("serve", "--port", str(port)), ("work",), ("schedule",))
    with ExitStack() as alive:
        running = [alive.enter_context(process(*name)) for name in names]
        while now() < until:
            await asyncio.sleep(2.5 + choice.random() * 2)
            victim = choice.choice([0, 0, 1, 1, 2])
            _kill(running[victim])
            killed += 1
            running[victim] = alive.enter_context(process(*names[victim]))
        await asyncio.wait({crowd})
    return killed


def _kill(victim: Child) -> None:
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()


async def bulks(
    engine: Engine, settings: Settings, viewer: Viewer, ids: list[str], until: float
) -> list[BulkJob]:
    """Acts on all cases at once, which a worker does that may die in the middle."""
    begin, asked = asyncio.get_running_loop().time(), []
    for number in range(BULKS):
        raw = {"department": f"Отдел {number}", "key": f"bulk{number}"}
        job = await ask(engine, settings, viewer, "assign", raw, ids)
        await ring(settings, "run_bulk", job.id)
        asked.append(job)
        await asyncio.sleep((until - begin) / BULKS)
    return asked


async def done(engine: Engine, job: BulkJob) -> BulkJob:
    for _ in range(600):
        now = (await BULK.get(engine, job.id)).job
        if now.state is BulkState.DONE:
            return now
        await asyncio.sleep(0.2)
    raise AssertionError(f"the act on many cases is still {now.state}")


async def test_what_was_acknowledged_is_there_once(engine: Engine, settings: Settings) -> None:
    await store(engine, *(case(number) for number in range(CASES)))
    ids = sorted(await stored(engine))
    crowd = [one async for one in people(engine, settings)]
    boss = await make_user(engine, settings, "boss", Role.COORDINATOR)
    viewer = viewer_for(boss, await current_book(engine))
    port = free_port()
    until = asyncio.get_running_loop().time() + SECONDS
    url = f"http://127.0.0.1:{port}"
    acting = asyncio.gather(*(one.work(url, ids, until) for one in crowd))
    killed, jobs, _ = await asyncio.gather(
        killer(port, until, acting), bulks(engine, settings, viewer, ids, until), acting
    )
    assert killed >= 4
    with process("work"), process("schedule"):
        finished = [await done(engine, job) for job in jobs]
        await all_told(engine)
    acknowledged = [pair for one in crowd for pair in one.acknowledged]
    histories = {name: one["history"] for name, one in (await stored(engine)).items()}
    for case_id, key in acknowledged:
        assert [event.get("key") for event in histories[case_id]].count(key) == 1
    assert sum(one.resent for one in crowd) > 0, "nobody ever met a dead site"
    for history in histories.values():
        keys = [event["key"] for event in history if "key" in event]
        assert len(keys) == len(set(keys)), "something was done twice"
    for one in (await stored(engine)).values():
        assert_possible(to_case(one))
    for job in finished:
        assert len(job.rows) == CASES
        assert {row.state for row in job.rows} <= {*RowState}
    assert await assert_told(engine) == sum(map(len, histories.values())) - CASES
    report = await check_audit(engine)
    assert report.ok, report
