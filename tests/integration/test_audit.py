"""Histories into the journal, on the real engine and Redis."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from elasticsearch import ApiError, AsyncElasticsearch
from elasticsearch import ConflictError as EngineConflictError
from redis.asyncio import Redis

from app.audit.chain import chain_key
from app.audit.models import happened
from app.audit.recorder import Recorder
from app.audit.service import record, record_name_search
from app.audit.waiting import Journal, drain, waiting_key
from app.engine import writer
from app.engine.client import Engine
from app.engine.months import close_month, month_alias, months
from app.engine.names import Index
from app.errors import ConflictError, EngineUnavailableError
from app.settings import Settings
from app.viewer import Viewer
from indexers.audit.check import CheckReport, check_audit
from indexers.audit.project import project, project_due
from indexers.audit.retention import drop_outlived, outlived
from tests.auditing import MARK, STEPS, act, assert_told, lines, new_case, put, stored
from tests.factories import load, row, write_csv


class DeadError(Exception):
    """The worker is gone in the middle."""


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    async with Redis.from_url(settings.redis_url.get_secret_value()) as client:
        yield client
        await client.delete(waiting_key(settings.index_prefix))


async def caught_up(engine: Engine) -> None:
    while await project_due(engine):
        pass


async def test_eight_writers_and_three_projectors(engine: Engine) -> None:
    await put(engine, *(new_case(number) for number in range(20)))
    ids = sorted(await stored(engine))

    async def person(who: int) -> None:
        for turn in range(25):
            await act(engine, ids[(who * 7 + turn) % 5], f"user{who}", STEPS[turn % 5])

    writing = asyncio.gather(*(person(who) for who in range(8)))

    async def projector() -> None:
        while not writing.done():
            await project(engine, ids)
            await project_due(engine)

    await asyncio.gather(writing, *(projector() for _ in range(3)))
    await caught_up(engine)
    assert await assert_told(engine) == 20 + 8 * 25
    for one in (await stored(engine)).values():
        assert one["version"] == len(one["history"])  # the machine's writes are no people's
    assert (await check_audit(engine)).ok


async def test_a_line_that_was_written_before_a_crash_is_met(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(engine, new_case(1))
    [case_id] = await stored(engine)
    await act(engine, case_id, "petrov", "take")

    async def dies(*_: object) -> list[str]:
        raise DeadError

    with monkeypatch.context() as broken:
        broken.setattr("indexers.projection._advance", dies)
        with pytest.raises(DeadError):
            await project(engine, [case_id])
    before = await lines(engine, kind="case")
    assert len(before) == 2
    await act(engine, case_id, "petrov", "note")
    await caught_up(engine)
    assert await assert_told(engine) == 3
    assert (await lines(engine, kind="case"))[:2] == before
    assert (await check_audit(engine)).ok


async def test_nothing_of_people_comes_into_the_journal(engine: Engine, redis: Redis) -> None:
    await put(engine, *(new_case(number) for number in range(5)))
    for case_id in await stored(engine):
        await act(engine, case_id, "petrov", "answer")
    await caught_up(engine)
    await record_name_search(engine, Viewer("petrov"), f"{MARK} Иванова", 3)
    raw = str(await lines(engine))
    for mark in (MARK, MARK.casefold(), "Иванов", "7431743", "m7431", "Нет воды"):
        assert mark not in raw
    [search] = await lines(engine, what="case.searched_by_name")
    assert (search["who"], search["count"]) == ("petrov", 3)
    assert len(search["name_hash"]) == 32


async def test_an_import_is_one_line_and_its_changes_are_lines(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", [row(number) for number in range(30)])
    job = await load(engine, settings, path)
    assert not await project_due(engine)
    told = await lines(engine, kind="import")
    assert {line["what"] for line in told} == {"import.asked", "import.done"}
    [done] = [line for line in told if line["what"] == "import.done"]
    assert done["counts"] == {"created": 30}
    assert (done["count"], done["object_id"]) == (30, job.id)
    changed = [row(number, text=f"Другой текст {number}") for number in range(10)]
    await load(engine, settings, write_csv(tmp_path / "b.csv", changed))
    await caught_up(engine)
    assert await assert_told(engine) == 10
    assert (await check_audit(engine)).ok


async def test_lines_can_only_be_added(engine: Engine, raw_engine: AsyncElasticsearch) -> None:
    event = happened("audit.read", who="petrov")
    await record(engine, event)
    await record(engine, event)
    [line] = await lines(engine)
    with pytest.raises(ConflictError):
        await writer.add_to_month(engine, Index.AUDIT, event.at, event.id, line)
    [month] = await months(engine, Index.AUDIT)
    await close_month(engine, month)
    with pytest.raises(ApiError, match="FORBIDDEN"):
        await raw_engine.index(index=month.index, id=event.id, document=line)
    with pytest.raises(ApiError, match="FORBIDDEN"):
        await raw_engine.delete(index=month.index, id=event.id)
    await put(engine, new_case(1))  # a late event opens its month again: nothing is lost
    await caught_up(engine)
    assert await assert_told(engine) == 1


async def test_no_month_is_made_by_guess(engine: Engine, raw_engine: AsyncElasticsearch) -> None:
    long_ago = datetime(2024, 12, 31, 23, tzinfo=UTC)
    await record(engine, happened("audit.read", who="petrov", at=long_ago))
    old, _ = await months(engine, Index.AUDIT)
    assert (old.name, old.end) == ("202412", datetime(2025, 1, 1, tzinfo=UTC))
    answer = await raw_engine.indices.get_mapping(index=old.index)
    assert answer[old.index]["mappings"]["dynamic"] == "strict"
    assert month_alias(engine, Index.AUDIT, long_ago).endswith("audit-202412-write")


async def test_only_the_command_drops_and_only_whole_months(
    engine: Engine, settings: Settings
) -> None:
    now = datetime.now(UTC)
    await record(engine, happened("audit.read", who="a", at=now - timedelta(days=1200)))
    await record(engine, happened("audit.read", who="b", at=now - timedelta(days=1000)))
    [gone] = await outlived(engine, settings, now)
    assert [line["who"] for line in await lines(engine, what="audit.read")] == ["a", "b"]
    assert await drop_outlived(engine, settings, now) == [gone]
    assert [line["who"] for line in await lines(engine, what="audit.read")] == ["b"]
    [told] = await lines(engine, what="audit.dropped")
    assert told["object_id"] == gone.name


async def _spoilt(engine: Engine) -> CheckReport:
    await engine.refresh_reads(Index.AUDIT)
    return await check_audit(engine)


async def test_an_edited_and_a_deleted_line_are_found(
    engine: Engine, raw_engine: AsyncElasticsearch
) -> None:
    await put(engine, new_case(1))
    [case_id] = await stored(engine)
    for step in STEPS:
        await act(engine, case_id, "petrov", step)
    await caught_up(engine)
    for who in ("a", "b", "c", "d"):
        await record(engine, happened("audit.read", who=who))
    assert (await check_audit(engine)).ok
    [month] = await months(engine, Index.AUDIT)
    second = (await lines(engine, what="audit.read"))[1]
    await raw_engine.update(index=month.index, id=second["id"], doc={"who": "x"})
    assert (await _spoilt(engine)).counts == {"edited": 1}
    await raw_engine.delete(index=month.index, id=second["id"])
    assert (await _spoilt(engine)).counts == {"missing": 1}
    await raw_engine.delete(index=month.index, id=f"{case_id}:6")  # the last: no chain tells
    assert (await _spoilt(engine)).counts == {"missing": 1, "untold": 1}


async def test_a_forgotten_mark_is_found_and_repaired(engine: Engine) -> None:
    forgotten = msgspec.structs.replace(new_case(1), audit_due=False)
    await put(engine, forgotten)
    assert not await project_due(engine)
    assert (await check_audit(engine)).counts == {"forgotten": 1}
    assert (await check_audit(engine, repair=True)).ok
    await caught_up(engine)
    assert await assert_told(engine) == 1
    assert (await check_audit(engine)).ok


async def test_events_wait_in_redis_while_the_engine_is_away(
    engine: Engine, settings: Settings, redis: Redis
) -> None:
    away = Engine(settings.model_copy(update={"es_url": "http://127.0.0.1:9"}))
    event = happened("sign_in.done", who="petrov")
    try:
        with pytest.raises(EngineUnavailableError):
            await record(away, event)
        assert await Journal(away, redis).note(event)
        assert not await Journal(away, None).note(event)
        assert await redis.llen(waiting_key(settings.index_prefix)) == 1
        with pytest.raises(EngineUnavailableError):
            await drain(away, redis)
    finally:
        await away.close()
    assert await lines(engine) == []
    assert sum(await asyncio.gather(drain(engine, redis), drain(engine, redis))) >= 1
    assert await redis.llen(waiting_key(settings.index_prefix)) == 0
    [line] = await lines(engine)
    assert (line["id"], line["what"], line["who"]) == (event.id, "sign_in.done", "petrov")
    assert (await check_audit(engine)).ok


async def test_an_uncertain_write_ends_its_chain_and_both_hold(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line was written, the answer was lost."""
    from app.audit import repository

    recorder, whole = Recorder(chain_key(engine.data_dir)), repository.add
    await recorder.record(engine, happened("audit.read", who="a"))

    async def silent(*given: object) -> None:
        await whole(*given)  # type: ignore[arg-type]
        raise EngineUnavailableError("no answer")

    event = happened("audit.read", who="b")
    with monkeypatch.context() as broken:
        broken.setattr(repository, "add", silent)
        with pytest.raises(EngineUnavailableError):
            await recorder.record(engine, event)
    await recorder.record(engine, event)
    await recorder.record(engine, happened("audit.read", who="c"))
    assert sorted(line["who"] for line in await lines(engine)) == ["a", "b", "c"]
    assert (await check_audit(engine)).ok


async def test_the_engine_itself_refuses_a_second_write(
    engine: Engine, raw_engine: AsyncElasticsearch
) -> None:
    event = happened("audit.read", who="a")
    await record(engine, event)
    with pytest.raises(EngineConflictError):
        await raw_engine.create(
            index=month_alias(engine, Index.AUDIT, event.at), id=event.id, document={"id": "x"}
        )
