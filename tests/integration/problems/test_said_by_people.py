"""What people said is carried out in its order, whole, and also where somebody died on the way."""

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import NotFoundError, RefusedError
from app.problems import repository, service
from app.problems.models import Claim, Problem, ProblemState
from app.settings import Settings
from indexers.problems.describe import describe
from indexers.problems.tidy import tidy
from tests.boarding import NOW, problem, store_member, store_problems
from tests.casework import COORDINATOR
from tests.integration.problems.town import MUCH, checked, members, placed, problems, settled

OUT, LATER = NOW - timedelta(minutes=2), NOW - timedelta(minutes=1)


async def made_strict(engine: Engine) -> None:
    """The engine refuses a tag of more than 32 KB, and whatever was written with one."""
    field = {"type": "keyword", "ignore_above": 512, "fields": {"whole": {"type": "keyword"}}}
    await engine.client.indices.put_mapping(
        index=engine.write_alias(Index.CASES), properties={"tags": field}
    )


async def changed(engine: Engine, case_id: str, **fields: Any) -> None:
    read = await engine.get(Index.CASES, case_id)
    assert read
    await writer.replace(engine, read, read.source | fields, refresh=True)


async def stored(engine: Engine, name: str) -> Problem:
    found = await repository.get(engine, name)
    assert found
    return found


@pytest.mark.parametrize("out", [True, False])
async def test_of_two_words_about_a_message_the_later_one_counts(
    engine: Engine, settings: Settings, *, out: bool
) -> None:
    """Though the problem it was said of is carried out first."""
    older, newer = Claim("case-1", "a", OUT, out=out), Claim("case-1", "b", LATER)
    await store_problems(
        engine,
        problem(1, claims=[newer], moved=False),
        problem(2, claims=[older], moved=False),
    )
    await store_member(engine, 1, "p2")
    await store_member(engine, 2, "p2")
    await store_member(engine, 3, "p1")
    await settled(engine, settings)
    assert (await placed(engine))["case-1"] == "p1"
    read = await engine.get(Index.CASES, "case-1")
    assert read
    assert read.source["history"][-1]["by"] == "b"
    await checked(engine, settings)


async def test_a_message_the_engine_refuses_keeps_its_word_and_stops_no_other(
    engine: Engine, settings: Settings
) -> None:
    """Of a merge and of those put in: the rest is done, this one is tried again."""
    await store_problems(engine, problem(1), problem(2), problem(3))
    for number, name in enumerate(("p1", "p1", "p2", "p3", "p3"), 1):
        await store_member(engine, number, name)
    await changed(engine, "case-1", tags=["я" * 20_000])
    await changed(engine, "case-4", tags=["я" * 20_000])
    await made_strict(engine)
    await service.merge(engine, COORDINATOR, "p1", "p2")
    await service.put_in(engine, COORDINATOR, "p2", ["case-4", "case-5"])
    with capture_logs() as logs:
        await describe(engine, settings, MUCH)
    told = [one for one in logs if one["event"] == "cases_not_moved"]
    assert {one["problem"] for one in told} == {"p1", "p2"}
    now = await placed(engine)
    assert now == {"case-1": "p1", "case-2": "p2", "case-3": "p2", "case-4": "p3", "case-5": "p2"}
    await store_problems(engine, problem(4, settled=False))
    await store_member(engine, 6, "p4")
    assert await describe(engine, settings, MUCH) == 1, "whoever waits stops no other"
    for name in ("case-1", "case-4"):
        await changed(engine, name, tags=[])
    await settled(engine, settings)
    assert set((await placed(engine)).values()) == {"p2", "p4"}
    await checked(engine, settings)


async def test_a_problem_without_messages_is_seen_and_filled_again(
    engine: Engine, settings: Settings
) -> None:
    await store_problems(engine, problem(1), problem(2))
    await store_member(engine, 1, "p1")
    await store_member(engine, 2, "p2")
    await settled(engine, settings)
    await service.take_out(engine, COORDINATOR, "p1", ["case-1"])
    await service.merge(engine, COORDINATOR, "p2", "p1")
    await settled(engine, settings)
    await service.take_out(engine, COORDINATOR, "p1", ["case-2"])
    await settled(engine, settings)
    empty = await service.open_problem(engine, COORDINATOR, "p1")
    assert (empty.state, empty.members) == (ProblemState.EMPTY, 0)
    assert not empty.examples, "they are no longer its messages"
    with pytest.raises(RefusedError, match="не осталось сообщений"):
        await service.set_state(engine, COORDINATOR, "p1", ProblemState.IN_WORK)
    with pytest.raises(RefusedError, match="уже объединили"):
        await service.rename(engine, COORDINATOR, "p2", "Имя")
    blind = COORDINATOR.__class__("b", permissions=COORDINATOR.permissions)
    with pytest.raises(NotFoundError):
        await service.open_problem(engine, blind, "p1")
    await service.put_in(engine, COORDINATOR, "p1", ["case-1"])
    await settled(engine, settings)
    filled = await service.open_problem(engine, COORDINATOR, "p1")
    assert (filled.state, filled.examples) == (ProblemState.NEW, ["case-1"])


async def test_what_a_problem_is_about_is_told_anew_when_messages_leave_it(
    engine: Engine, settings: Settings
) -> None:
    await store_problems(engine, problem(1, settled=False))
    for number in range(1, 5):
        await store_member(engine, number, "p1", days_ago=number)
    await settled(engine, settings)
    assert (await stored(engine, "p1")).examples == [f"case-{number}" for number in range(1, 5)]
    await service.take_out(engine, COORDINATOR, "p1", ["case-2"])
    await settled(engine, settings)
    assert (await stored(engine, "p1")).examples == ["case-1", "case-3", "case-4"]


async def test_what_the_machine_merged_is_merged_again_by_it(
    engine: Engine, settings: Settings
) -> None:
    """Three pieces of one trouble, the older two not alike until the third is in."""
    way = {"centroid": [1.0, *[0.0] * 383], "emb_ver": "v"}
    day = timedelta(days=1)
    last = {"last_at": NOW - day}
    await store_problems(
        engine,
        problem(2, houses=["ленина|5"], first_at=NOW - 2 * day, **last, **way),
        problem(3, houses=["ленина|5"], first_at=NOW - day, **last, **way),
    )
    await store_member(engine, 2, "p2")
    await store_member(engine, 3, "p3")
    assert await tidy(engine, NOW) == 1
    await store_problems(
        engine, problem(1, houses=["ленина|5"], first_at=NOW - 3 * day, **last, **way)
    )
    assert await tidy(engine, NOW) == 1
    gone = await stored(engine, "p2")
    assert (gone.merged_into, [act.kind for act in gone.acts]) == ("p1", ["took_in", "merged"])
    assert (await service.open_problem(engine, COORDINATOR, "p3")).id == "p1"


async def test_a_split_that_was_cut_off_is_carried_on(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_problems(engine, problem(1))
    for number in range(1, 4):
        await store_member(engine, number, "p1")

    class KilledError(Exception):
        pass

    async def dies(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(repository, "create_once", dies)
        with pytest.raises(KilledError):
            await service.split(engine, COORDINATOR, "p1", ["case-1"])
    assert set(await problems(engine)) == {"p1"}
    of = await checked(engine, settings)
    name = (await stored(engine, "p1")).acts[-1].about["into"]
    assert of == {"p1": {"case-2", "case-3"}, name: {"case-1"}}
    part = await stored(engine, name)
    assert (part.split_from, part.apart) == ("p1", ["p1"])
    assert [(act.kind, act.by) for act in part.acts] == [("split_from", COORDINATOR.name)]
    assert members(await placed(engine)) == of
