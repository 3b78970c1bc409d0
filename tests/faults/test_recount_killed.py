"""A worker that dies again and again while a change of the book moves open cases, for real."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, aclosing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from ulid import ULID

from app.cases.actions.model import Action, Given
from app.cases.codes import Channel, Importance
from app.cases.doing import act
from app.cases.models import Case, Place
from app.cases.recounting import RECOUNTED, Change, Move, after_change, move_of
from app.cases.repository import to_case
from app.deadlines.editing import with_calendar
from app.deadlines.models import DEFAULT_CALENDAR
from app.deadlines.service import open_deadlines
from app.engine.client import Engine
from app.engine.names import Index
from app.jobs import ring
from app.permissions import Permission
from app.recounts import service
from app.recounts.models import Recount, RecountState
from app.recounts.repository import RECOUNTS, pages_of_open
from app.settings import Settings
from app.viewer import Viewer
from tests.casework import COORDINATOR, ZONE, assert_possible, case
from tests.faults.test_worker_killed import process
from tests.integration.search_corpus import filled

CASES = int(os.environ.get("OTKLIK_TEST_RECOUNT_CASES", "10000"))
KILLS = 3
ADMIN = Viewer("admin", permissions=frozenset({Permission.BOOKS_EDIT}))
_PATIENCE = 120.0


def crowd() -> Iterator[Case]:
    """Open messages of which three in four follow the calendar that is going to change."""
    since = datetime(2026, 3, 2, 6, tzinfo=UTC)
    for number in range(CASES):
        yield case(
            number,
            channel=Channel.POS if number % 5 == 0 else Channel.VK,
            importance=Importance.HIGH if number % 7 == 0 else None,
            received_at=since + timedelta(minutes=7 * number),
            place=Place(municipality="Север" if number % 4 == 0 else "Юг"),
            deadline_at=None,
        )


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(filled(settings, list(crowd())))


async def proposed(engine: Engine, settings: Settings) -> Recount:
    """A calendar of its own for «Юг»: from eight to five, without a lunch."""
    now = await open_deadlines(engine, ADMIN)
    hours = ["08:00-17:00"] * 5 + ["", ""]
    south = replace(DEFAULT_CALENDAR, code="", name="Юг", week=hours, lunch="")
    edit = with_calendar(now.book, replace(south, municipalities=["Юг"]), 0)
    return await service.propose(engine, settings, ADMIN, now, edit)


async def foreseen(engine: Engine, job: Recount) -> dict[str, Move]:
    """Every move, where the page has room for some hundred."""
    found, change = {}, Change(job.was, job.wanted)
    async with aclosing(pages_of_open(engine)) as pages:
        async for cases in pages:
            for one in cases:
                if move := move_of(one, after_change(one, change)):
                    found[one.id] = move
    return found


async def wait_for(engine: Engine, job_id: str, *states: RecountState, checked: int = 0) -> Recount:
    loop = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE
    while loop.time() < until:
        job = (await RECOUNTS.get(engine, job_id)).job
        if job.state in states and (job.result.checked >= checked or job.late):
            return job
        await asyncio.sleep(0.05)
    raise AssertionError(f"still {job.state} with {job.result.checked} looked at")


async def typing(engine: Engine, done: list[tuple[str, str]]) -> None:
    """People go on working on the same cases all the time."""
    choice = random.Random(7)  # noqa: S311 - which case is next
    while True:
        case_id, key = f"case-{choice.randrange(CASES)}", str(ULID())
        note = Action("note", Given({"text": "Звонили"}), key)
        await act(engine, COORDINATOR, case_id, None, note, zone=ZONE)
        done.append((case_id, key))
        await asyncio.sleep(0.05)


async def everything(engine: Engine) -> dict[str, dict[str, Any]]:
    await engine.refresh(Index.CASES)
    found = await engine.search(Index.CASES, {"size": 10_000, "query": {"match_all": {}}})
    return {hit["_id"]: hit["_source"] for hit in found["hits"]["hits"]}


async def test_what_was_shown_happens_once_whoever_dies(engine: Engine, settings: Settings) -> None:
    job = await proposed(engine, settings)
    assert job.state is RecountState.READY
    shown = await foreseen(engine, job)
    assert len(shown) == job.preview.moves > CASES / 3
    assert all(shown[row.case_id] == row for row in job.preview.rows)
    before = await everything(engine)
    typed: list[tuple[str, str]] = []
    people = asyncio.create_task(typing(engine, typed))
    await service.apply(engine, ADMIN, job.id, moves=True)
    hits = await killed_in_the_midst(engine, settings, job)
    people.cancel()
    with suppress(asyncio.CancelledError):
        await people
    assert hits == KILLS
    done = (await RECOUNTS.get(engine, job.id)).job
    assert (done.result.moves, done.result.failed) == (job.preview.moves, 0)
    assert (done.result.earlier, done.result.later) == (job.preview.earlier, job.preview.later)
    check(before, await everything(engine), shown, typed)


async def killed_in_the_midst(engine: Engine, settings: Settings, job: Recount) -> int:
    hits = checked = 0
    with ExitStack() as alive:
        alive.enter_context(process("schedule"))
        await ring(settings, "run_recount", job.id)
        for _ in range(KILLS):
            with process("work") as worker:
                now = await wait_for(engine, job.id, RecountState.APPLYING, checked=checked + 1)
                os.killpg(worker.pid, signal.SIGKILL)
            hits += not now.late
            checked = now.result.checked
        alive.enter_context(process("work"))
        await wait_for(engine, job.id, RecountState.DONE)
    return hits


def check(
    before: dict[str, Any],
    after: dict[str, Any],
    shown: dict[str, Move],
    typed: list[tuple[str, str]],
) -> None:
    assert len(typed) > 20, "people hardly worked meanwhile"
    moved = set()
    for case_id, document in after.items():
        one = to_case(document)
        events = [event for event in one.history if event.what == RECOUNTED]
        if before[case_id]["deadline_at"] != document["deadline_at"]:
            moved.add(case_id)
            assert one.deadline_at == shown[case_id].becomes
            assert "Изменили" in (events[0].reason or "")
        assert len(events) == (case_id in shown)
        assert_possible(one)
    assert moved == set(shown)
    for case_id, key in typed:
        assert [event.get("key") for event in after[case_id]["history"]].count(key) == 1
