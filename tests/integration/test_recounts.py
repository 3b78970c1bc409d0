"""A change of the book of deadlines: what is shown is what happens, once, whatever dies."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.cases.chase import alerts
from app.cases.codes import Channel, Importance, Kind, State
from app.cases.doing import act
from app.cases.models import Case, Place
from app.cases.recounting import RECOUNTED
from app.deadlines.editing import Edit, with_calendar, with_choices, with_ladder, with_profile
from app.deadlines.models import DEFAULT_CALENDAR, Choice, Profile, Stage, Unit
from app.deadlines.service import StoredBook, current_deadlines, forget_deadlines, open_deadlines
from app.deadlines.shipped import CHOICES, LADDER, SHIPPED
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, ConflictError, ForbiddenError, RefusedError
from app.permissions import Permission
from app.recounts import service
from app.recounts.models import Recount, RecountState
from app.recounts.repository import RECOUNTS
from app.settings import Settings
from app.viewer import Viewer
from indexers import recount
from indexers.recount import run_recount
from tests.casework import COORDINATOR, ZONE, action, assert_possible, case, store, stored

ADMIN = Viewer("admin", permissions=frozenset({Permission.BOOKS_EDIT}))
SLOW = Profile(
    code="", name="Долгий", unit=Unit.WORKING_TIME, amount=2000, kind="message", warn=[60]
)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recount, "SETTLE_SECONDS", 0.05)


def crowd(count: int) -> Iterator[Case]:
    """Messages and appeals of several channels, some important, some done, some elsewhere."""
    channels = [Channel.SITE, Channel.VK, Channel.POS]
    for number in range(1, count + 1):
        appeal = number % 5 == 0
        fields: dict[str, Any] = {
            "channel": channels[number % 3],
            "importance": Importance.HIGH if number % 7 == 0 else None,
            "received_at": datetime(2026, 3, 2, 6, tzinfo=UTC) + timedelta(hours=number),
            "place": Place(municipality="Север" if number % 4 == 0 else "Юг"),
            "deadline_at": None,
        }
        if number % 6 == 0:
            fields |= {"state": State.CLOSED, "closed_at": datetime(2026, 3, 9, tzinfo=UTC)}
        if appeal:
            fields["registered_at"] = fields["received_at"]
        yield case(number, Kind.APPEAL if appeal else Kind.MESSAGE, **fields)


def slower(stored_book: StoredBook) -> Edit:
    """Another profile for all messages that are not important, as one change of the choices."""
    book = with_profile(stored_book.book, SLOW, 0).book
    choice = Choice(stage=Stage.ANSWER, kind="message", profile="dolgiy")
    rest = [
        one for one in CHOICES if (one.stage, one.kind, one.says) != (Stage.ANSWER, "message", 1)
    ]
    return with_choices(book, [*rest, choice])


async def proposed(engine: Engine, settings: Settings, edit: Edit | None = None) -> Recount:
    now = await open_deadlines(engine, ADMIN)
    return await service.propose(engine, settings, ADMIN, now, edit or slower(now))


async def carried(engine: Engine, settings: Settings, job: Recount, **how: bool) -> Recount:
    await service.apply(engine, ADMIN, job.id, moves=how.get("moves", True))
    await run_recount(engine, settings, job.id)
    return await service.open_recount(engine, ADMIN, job.id)


async def every(engine: Engine) -> dict[str, dict[str, Any]]:
    await engine.refresh(Index.CASES)
    found = await engine.search(Index.CASES, {"size": 1000, "query": {"match_all": {}}})
    return {hit["_id"]: hit["_source"] for hit in found["hits"]["hits"]}


def moved_in(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    return {
        one: after[one]["deadline_at"]
        for one in before
        if after[one].get("deadline_at") != before[one].get("deadline_at")
    }


async def test_what_is_shown_is_what_happens(engine: Engine, settings: Settings) -> None:
    await store(engine, *crowd(80))
    before = await every(engine)
    job = await proposed(engine, settings)
    assert job.state is RecountState.READY
    assert await every(engine) == before, "nothing happens before it is applied"
    assert (await open_deadlines(engine, ADMIN)).version == 0
    shown = {
        row.case_id: row.becomes.isoformat().replace("+00:00", "Z") for row in job.preview.rows
    }
    done = await carried(engine, settings, job)
    after = await every(engine)
    assert done.state is RecountState.DONE
    assert moved_in(before, after) == shown
    assert len(shown) == job.preview.moves == done.result.moves > 20
    assert (done.result.earlier, done.result.later) == (job.preview.earlier, job.preview.later)
    assert (done.result.failed, done.result.meanwhile) == (0, 0)
    for one in shown:
        event = after[one]["history"][-1]
        assert (event["what"], event["by"]) == (RECOUNTED, "admin")
        assert "Изменили правила выбора" in event["reason"]
        assert "было" in event["reason"]
        assert_possible(await _case(engine, one))
    untouched = before.keys() - shown.keys()
    assert all(after[one]["version"] == before[one]["version"] for one in untouched)


async def _case(engine: Engine, case_id: str) -> Case:
    return msgspec.convert(await stored(engine, case_id), Case)


async def test_the_new_book_counts_what_comes_then(engine: Engine, settings: Settings) -> None:
    await carried(engine, settings, await proposed(engine, settings))
    forget_deadlines(engine)
    book = await current_deadlines(engine)
    profile = book.profile_for(Stage.ANSWER, kind="message", channel="vk", importance=None)
    assert profile is not None
    assert profile.name == "Долгий"


async def test_only_for_new_ones_leaves_open_cases(engine: Engine, settings: Settings) -> None:
    await store(engine, *crowd(30))
    before = await every(engine)
    job = await proposed(engine, settings)
    done = await carried(engine, settings, job, moves=False)
    after = await every(engine)
    assert (done.state, done.result.moves) == (RecountState.DONE, 0)
    assert moved_in(before, after) == {}
    assert all(after[one]["version"] == before[one]["version"] for one in before)
    now = await open_deadlines(engine, ADMIN)
    other = with_calendar(now.book, replace(DEFAULT_CALENDAR, shorten=0), 1)
    assert (await proposed(engine, settings, other)).preview.moves == 0, (
        "a later change does not bring in what people decided against"
    )


async def test_run_again_and_by_many_it_moves_once(engine: Engine, settings: Settings) -> None:
    await store(engine, *crowd(60))
    job = await proposed(engine, settings)
    await service.apply(engine, ADMIN, job.id, moves=True)
    await asyncio.gather(*(run_recount(engine, settings, job.id) for _ in range(3)))
    begun = {
        "state": RecountState.APPLYING,
        "cursor": "",
        "late": False,
        "result": type(job.result)(),
    }
    first = await service.open_recount(engine, ADMIN, job.id)
    await RECOUNTS.change(engine, job.id, lambda _: begun)
    await run_recount(engine, settings, job.id)
    second = await service.open_recount(engine, ADMIN, job.id)
    assert second.result.moves == first.result.moves == job.preview.moves
    assert {row.case_id for row in second.result.rows} == {row.case_id for row in job.preview.rows}
    assert (await open_deadlines(engine, ADMIN)).version == 2
    for document in (await every(engine)).values():
        assert [event["what"] for event in document["history"]].count(RECOUNTED) <= 1


async def test_it_goes_on_where_a_worker_died(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(engine, *crowd(60))
    job = await proposed(engine, settings)
    await service.apply(engine, ADMIN, job.id, moves=True)
    monkeypatch.setattr(recount, "_TOGETHER", 10)
    real, calls = recount.bulk.write, 0

    async def dies(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        done = await real(*given)
        if calls == 3:
            raise KeyboardInterrupt  # after the write and before anybody was told
        return done

    monkeypatch.setattr(recount.bulk, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        await run_recount(engine, settings, job.id)
    assert await RECOUNTS.abandoned(engine, datetime.now(UTC) + timedelta(hours=1)) == [job.id]
    await RECOUNTS.change(engine, job.id, lambda _: {"lease_until": None})
    await run_recount(engine, settings, job.id)
    done = await service.open_recount(engine, ADMIN, job.id)
    assert (done.state, done.result.moves) == (RecountState.DONE, job.preview.moves)
    for document in (await every(engine)).values():
        assert [event["what"] for event in document["history"]].count(RECOUNTED) <= 1


async def test_one_that_cannot_be_read_keeps_none_waiting(
    engine: Engine, settings: Settings
) -> None:
    broken = {**msgspec.to_builtins(case(99, deadline_at=None)), "state": "нет такого"}
    await writer.create(engine, Index.CASES, "case-99", broken)
    await store(engine, *crowd(20))
    job = await proposed(engine, settings)
    done = await carried(engine, settings, job)
    assert (done.state, done.result.failed) == (RecountState.DONE, 1)
    assert done.result.moves == job.preview.moves > 5


async def test_the_site_died_before_the_book_was_saved(engine: Engine, settings: Settings) -> None:
    await store(engine, *crowd(20))
    job = await proposed(engine, settings)
    accepted = {
        "state": RecountState.APPLYING,
        "applied_by": "admin",
        "applied_at": datetime.now(UTC),
    }
    await RECOUNTS.change(engine, job.id, lambda _: accepted)
    await run_recount(engine, settings, job.id)
    done = await service.open_recount(engine, ADMIN, job.id)
    assert (done.state, done.result.moves) == (RecountState.DONE, job.preview.moves)
    assert (await open_deadlines(engine, ADMIN)).history[-1].recount == job.id


async def test_what_people_changed_meanwhile_is_counted_from_its_newest_state(
    engine: Engine, settings: Settings
) -> None:
    await store(engine, *crowd(20))
    job = await proposed(engine, settings)
    ordinary = next(row for row in job.preview.rows if row.stage is Stage.ANSWER)
    high = action("set_importance", importance="high")
    await act(engine, COORDINATOR, ordinary.case_id, None, high, zone=ZONE)
    late = case(500, received_at=datetime(2026, 3, 4, 6, tzinfo=UTC), deadline_at=None)
    entered = replace(late, updated_at=datetime.now(UTC) + timedelta(seconds=2))
    await service.apply(engine, ADMIN, job.id, moves=True)
    await store(engine, entered)  # by a process that still had the old book
    await run_recount(engine, settings, job.id)
    done = await service.open_recount(engine, ADMIN, job.id)
    hurried = await stored(engine, ordinary.case_id)
    assert hurried["history"][-1]["what"] != RECOUNTED, "an important one has its own profile"
    assert done.result.moves == job.preview.moves
    assert (await stored(engine, "case-500"))["history"][-1]["what"] == RECOUNTED


async def test_whoever_types_an_answer_is_not_disturbed(engine: Engine, settings: Settings) -> None:
    await store(engine, case(1, deadline_at=None))
    await carried(engine, settings, await proposed(engine, settings))
    assert (await stored(engine, "case-1"))["version"] == 2
    done = await act(engine, COORDINATOR, "case-1", 1, action("take"), zone=ZONE)
    assert done.case.version == 3
    with pytest.raises(ConflictError):
        await act(engine, COORDINATOR, "case-1", 1, action("release"), zone=ZONE)


async def test_a_ladder_moves_reminders_and_no_due_moment(
    engine: Engine, settings: Settings
) -> None:
    one = case(1, deadline_at=None)
    told = replace(one, alerted=[alert.key for alert in alerts(one, SHIPPED)[:3]])
    hour = timedelta(hours=1)
    assert one.deadline_at is not None
    await store(engine, replace(told, alert_at=one.deadline_at + hour))
    now = await open_deadlines(engine, ADMIN)
    ladder = [LADDER[0], replace(LADDER[1], after=5)]
    job = await proposed(engine, settings, with_ladder(now.book, ladder))
    assert (job.preview.moves, job.preview.reminders) == (0, 1)
    done = await carried(engine, settings, job, moves=False)
    assert (done.result.moves, done.result.reminders) == (0, 1)
    after = await _case(engine, "case-1")
    assert after.alert_at == one.deadline_at + hour / 12
    assert (after.version, after.rev) == (one.version, one.rev + 1), "nobody is disturbed"


async def test_who_comes_second_is_told(engine: Engine, settings: Settings) -> None:
    await store(engine, *crowd(10))
    first, second = await proposed(engine, settings), await proposed(engine, settings)
    await service.apply(engine, ADMIN, first.id, moves=True)
    with pytest.raises(RefusedError, match="Подождите"):
        await service.apply(engine, ADMIN, second.id, moves=True)
    await run_recount(engine, settings, first.id)
    with pytest.raises(ConflictError, match="admin"):
        await service.apply(engine, ADMIN, second.id, moves=True)
    lost = await service.open_recount(engine, ADMIN, second.id)
    assert lost.state is RecountState.OUTDATED
    with pytest.raises(RefusedError, match="решено"):
        await service.apply(engine, ADMIN, second.id, moves=True)


async def test_many_are_looked_through_by_a_worker(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 5)
    await store(engine, *crowd(40))
    job = await proposed(engine, settings)
    assert job.state is RecountState.COUNTING
    await run_recount(engine, settings, job.id)
    ready = await service.open_recount(engine, ADMIN, job.id)
    assert ready.state is RecountState.READY
    assert ready.preview.checked == ready.open > 5
    assert ready.preview.moves > 5


async def test_who_may(engine: Engine, settings: Settings) -> None:
    await store(engine, *crowd(10))
    now = await open_deadlines(engine, ADMIN)
    with pytest.raises(ForbiddenError):
        await service.propose(engine, settings, COORDINATOR, now, slower(now))
    with pytest.raises(BadInputError, match="Ничего не изменилось"):
        await service.propose(engine, settings, ADMIN, now, with_ladder(now.book, LADDER))
    job = await proposed(engine, settings)
    with pytest.raises(ForbiddenError):
        await service.apply(engine, COORDINATOR, job.id, moves=True)
    assert await service.seen_cases(engine, ADMIN, job) == frozenset()
    seen = await service.seen_cases(engine, COORDINATOR, job)
    assert seen == {row.case_id for row in job.preview.rows}
