"""The chase over stored cases: each reminder once, whoever sweeps, however often."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from anyio.to_thread import run_sync
from click.testing import CliRunner
from litestar import Litestar
from litestar.testing import AsyncTestClient
from msgspec.structs import replace
from redis.asyncio import Redis

from app.accounts.roles import Role
from app.cases.actions.model import Action, Given
from app.cases.chasing import SYSTEM
from app.cases.codes import State
from app.cases.conflicts import CaseConflictError
from app.cases.doing import act
from app.cases.repository import to_case
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.settings import Settings
from app.system.heartbeat import last_sweep, note_sweep
from app.system.service import late_reminders, system_state
from cli.check import check
from indexers.audit.check import check_audit
from indexers.audit.project import project_due
from indexers.chase import sweep as sweeping
from indexers.chase.retime import retime
from indexers.chase.sweep import sweep
from tests.casework import COORDINATOR, ZONE, assert_possible, case, store, stored
from tests.factories import load, make_user, row, write_csv

LATE = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
"""When a message without a due moment of its own has to be answered."""


async def reminders(engine: Engine, case_id: str) -> list[dict[str, Any]]:
    return [one for one in (await stored(engine, case_id))["history"] if one["by"] == SYSTEM]


async def filled(engine: Engine, count: int) -> list[str]:
    cases = [case(number, deadline_at=None) for number in range(count)]
    await store(engine, *cases)
    return [one.id for one in cases]


async def test_sweeps_side_by_side_tell_each_case_once(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 30)
    await make_user(engine, settings, "koord", Role.COORDINATOR)
    ids = await filled(engine, 100)
    found = await asyncio.gather(*(sweep(engine, ZONE, LATE) for _ in range(4)))
    await engine.refresh(Index.CASES)
    found.append(await sweep(engine, ZONE, LATE))
    assert sum(one.events for one in found) == 100
    for case_id in ids:
        [event] = await reminders(engine, case_id)
        assert (event["what"], event["notify"]) == ("deadline_overdue", ["koord"])
        assert_possible(to_case(await stored(engine, case_id)))
    await project_due(engine)
    report = await check_audit(engine)
    assert report.ok, report


async def test_back_and_forth_of_the_clock_tells_nothing_anew(engine: Engine) -> None:
    [case_id] = await filled(engine, 1)
    for shift in (0, -600, 0, 90, -30, 90):
        await engine.refresh(Index.CASES)
        await sweep(engine, ZONE, LATE + timedelta(minutes=shift))
    kinds = [event["what"] for event in await reminders(engine, case_id)]
    assert kinds == ["deadline_overdue", "deadline_escalated"]


async def test_nothing_is_told_of_what_is_over(engine: Engine) -> None:
    one = replace(case(deadline_at=None), state=State.CLOSED, closed_at=LATE)
    await store(engine, one)
    assert (await sweep(engine, ZONE, LATE)).written == 0
    assert await reminders(engine, one.id) == []


async def test_an_unreadable_case_keeps_none_waiting(engine: Engine) -> None:
    ids = await filled(engine, 3)
    read = await engine.get(Index.CASES, ids[0])
    assert read is not None
    await writer.replace(engine, read, read.source | {"alert_at": "2026-03-01", "rating": {}})
    await engine.refresh(Index.CASES)
    found = await sweep(engine, ZONE, LATE)
    assert (found.events, found.left) == (2, 1)


async def test_a_lost_race_is_decided_by_the_newest(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody closes the case between the sweep's read and its write."""
    [case_id] = await filled(engine, 1)
    plain, closed = sweeping.cases.fetch, False

    async def then_closed(engine: Engine, ids: Any) -> Any:
        nonlocal closed
        found = await plain(engine, ids)
        if not closed:
            closed = True
            read = found[case_id]
            end = {"state": "closed", "closed_at": LATE.isoformat(), "rev": 2}
            await writer.replace(engine, read, read.source | end)
        return found

    monkeypatch.setattr(sweeping.cases, "fetch", then_closed)
    found = await sweep(engine, ZONE, LATE)
    assert found.left == 0
    assert await reminders(engine, case_id) == []
    assert (await stored(engine, case_id))["state"] == "closed"


async def test_old_cases_get_their_stages_once(engine: Engine) -> None:
    one = case(1, deadline_at=None)
    dated = case(2)
    bare = replace(one, deadline_at=None), dated
    await store(engine, *(replace(old, deadlines=[], alert_at=None) for old in bare))
    found = await retime(engine, LATE)
    assert (found.written, found.events) == (2, 0)
    await engine.refresh(Index.CASES)
    assert (await retime(engine, LATE)).written == 0
    fresh = to_case(await stored(engine, one.id))
    assert fresh.deadlines == one.deadlines
    assert fresh.history == one.history
    assert to_case(await stored(engine, dated.id)).deadline_at == dated.deadline_at
    assert (await sweep(engine, ZONE, LATE)).events == 0, "what was due before rings for nothing"


async def test_a_case_closed_by_a_table_is_looked_at_no_more(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    due = f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}"
    await load(engine, settings, write_csv(tmp_path / "a.csv", [row(1, due_at=due)]))
    await engine.refresh(Index.CASES)
    body = {"query": {"match_all": {}}, "size": 1}
    first = (await engine.search(Index.CASES, body))["hits"]["hits"][0]["_source"]
    assert "alert_at" in first
    await load(
        engine, settings, write_csv(tmp_path / "b.csv", [row(1, due_at=due, state="closed")])
    )
    assert "alert_at" not in await stored(engine, first["id"])


async def test_the_state_tells_that_nobody_chases(engine: Engine, settings: Settings) -> None:
    await filled(engine, 2)
    assert await late_reminders(engine, LATE - timedelta(days=20)) == 0
    assert await late_reminders(engine, LATE) == 2
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        assert await last_sweep(redis, settings) is None
        await note_sweep(redis, settings, LATE)
        state = await system_state(engine, redis, settings)
    assert state.chased_at == LATE
    assert state.backlog is not None
    assert state.backlog.reminders == 2


async def test_who_types_loses_to_no_reminder(engine: Engine) -> None:
    [case_id] = await filled(engine, 1)
    seen = (await stored(engine, case_id))["version"]
    await sweep(engine, ZONE, LATE)
    assert len(await reminders(engine, case_id)) == 1
    place = Action("set_place", Given({"street": "Мира"}))
    outcome = await act(engine, COORDINATOR, case_id, seen, place, zone=ZONE)
    assert outcome.case.place.street == "Мира"
    other = Action("set_place", Given({"street": "Лесная"}))
    with pytest.raises(CaseConflictError, match="место"):
        await act(engine, COORDINATOR, case_id, seen, other, zone=ZONE)


async def test_the_page_and_metrics_tell_it_too(
    engine: Engine, app_client: AsyncTestClient[Litestar]
) -> None:
    await filled(engine, 2)
    page = (await app_client.get("/system")).text
    assert 'не напомнили вовремя</dt><dd class="figures">2</dd>' in page
    assert 'Сроки проверены</dt><dd class="figures">неизвестно</dd>' in page
    assert "otklik_late_reminders 2.0" in (await app_client.get("/metrics")).text


async def test_check_says_that_the_chase_stands_still(engine: Engine) -> None:
    await filled(engine, 1)
    found = await run_sync(lambda: CliRunner().invoke(check, ["--json"]))
    assert found.exit_code == 1
    assert json.loads(found.output)["late_reminders"] == 1
    told = await run_sync(lambda: CliRunner().invoke(check, []))
    assert "1\u00a0обращение ждёт больше пяти минут" in told.output
    await sweep(engine, ZONE, datetime.now(UTC))
    await engine.refresh(Index.CASES)
    await project_due(engine)
    done = await run_sync(lambda: CliRunner().invoke(check, ["--json"]))
    assert json.loads(done.output)["late_reminders"] == 0
    assert done.exit_code == 0, done.output
    well = await run_sync(lambda: CliRunner().invoke(check, []))
    assert ["Всё сходится" in one.output for one in (told, well)] == [False, True]
