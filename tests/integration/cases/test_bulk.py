"""Acts on many cases: each row has its own result, and twice is once."""

import asyncio

import pytest

from app.bulk import service
from app.bulk.models import AT_ONCE, MOST, BulkState
from app.bulk.repository import BULK
from app.cases.codes import Kind, State
from app.cases.rows import RowState
from app.engine.client import Engine
from app.errors import BadInputError, ForbiddenError, NotFoundError
from app.settings import Settings
from indexers.bulk_actions import run_bulk
from tests.casework import COORDINATOR, EXECUTOR, HOUSE, OPERATOR, ROADS, case, store, stored


async def test_each_case_has_its_own_result(engine: Engine, settings: Settings) -> None:
    await store(
        engine,
        case(1),
        case(2, state=State.CLOSED),
        case(3, state=State.ASSIGNED, work={"department": HOUSE}),
        case(4, kind=Kind.APPEAL, registered_at=None),
    )
    ids = ["case-1", "case-2", "case-3", "case-4", "case-none"]
    raw = {"department": HOUSE}
    job = await service.ask(engine, settings, COORDINATOR, "assign", raw, ids)
    assert job.state is BulkState.DONE
    states = [(row.case_id, row.state) for row in job.rows]
    assert states == [
        ("case-1", RowState.DONE),
        ("case-2", RowState.REFUSED),
        ("case-3", RowState.UNCHANGED),
        ("case-4", RowState.REFUSED),
        ("case-none", RowState.CONFLICT),
    ]
    assert all(row.why for row in job.rows[1:])
    assert (await stored(engine, "case-1"))["workflow"]["department"] == HOUSE


async def test_many_go_to_a_worker_and_twice_is_once(engine: Engine, settings: Settings) -> None:
    numbers = range(1, AT_ONCE + 12)
    await store(engine, *(case(number) for number in numbers))
    ids = [f"case-{number}" for number in numbers]
    raw = {"importance": "high", "key": "K1"}
    job = await service.ask(engine, settings, OPERATOR, "set_importance", raw, ids)
    assert job.state is BulkState.QUEUED
    same = await service.ask(engine, settings, OPERATOR, "set_importance", raw, ids)
    assert same.id == job.id
    await asyncio.gather(*(run_bulk(engine, settings, job.id) for _ in range(3)))
    done = await service.open_job(engine, OPERATOR, job.id)
    assert done.state is BulkState.DONE
    assert {row.state for row in done.rows} == {RowState.DONE}
    await BULK.change(engine, job.id, lambda _: {"state": BulkState.QUEUED, "rows": []})
    await run_bulk(engine, settings, job.id)
    again = await service.open_job(engine, OPERATOR, job.id)
    assert {row.state for row in again.rows} == {RowState.DONE}
    assert (await stored(engine, "case-1"))["version"] == 2
    with pytest.raises(NotFoundError):
        await service.open_job(engine, COORDINATOR, job.id)


async def test_a_broken_off_act_goes_on_where_it_was(engine: Engine, settings: Settings) -> None:
    numbers = range(1, AT_ONCE + 12)
    await store(engine, *(case(number) for number in numbers))
    ids = [f"case-{number}" for number in numbers]
    job = await service.ask(
        engine, settings, OPERATOR, "set_importance", {"importance": "high"}, ids
    )

    async def dies(_: object) -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await service.run_rows(engine, settings, job, dies)
    await run_bulk(engine, settings, job.id)
    for case_id in ids:
        assert (await stored(engine, case_id))["version"] == 2


async def test_the_whole_result_is_chosen_within_the_scope(
    engine: Engine, settings: Settings
) -> None:
    await store(
        engine,
        case(1, state=State.ASSIGNED, work={"department": HOUSE}),
        case(2, state=State.ASSIGNED, work={"department": ROADS}),
    )
    found = await service.select(engine, settings, COORDINATOR, [], [("state", "assigned")])
    assert sorted(found) == ["case-1", "case-2"]
    with pytest.raises(BadInputError, match="Отметьте"):
        await service.select(engine, settings, COORDINATOR, [], [("state", "closed")])
    with pytest.raises(ForbiddenError):
        await service.select(engine, settings, EXECUTOR, ["case-1"], None)


async def test_what_cannot_be_done_is_said_before_anything_is_begun(
    engine: Engine, settings: Settings
) -> None:
    for name, raw, ids in (
        ("close", {"result": "решено"}, ["case-1"]),
        ("set_importance", {"importance": "urgent"}, ["case-1"]),
        ("set_importance", {"importance": "high"}, []),
        ("set_importance", {"importance": "high"}, ["case-1"] * (MOST + 1)),
    ):
        with pytest.raises(BadInputError):
            await service.ask(engine, settings, OPERATOR, name, raw, ids)
    with pytest.raises(ForbiddenError):
        await service.ask(
            engine, settings, EXECUTOR, "set_importance", {"importance": "high"}, ["case-1"]
        )
