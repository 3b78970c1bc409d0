"""Lines taken off the end of a chain: found the same day, after it, and whatever is taken."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest
from click.testing import CliRunner
from elasticsearch import AsyncElasticsearch

from app.audit.chain import chain_key
from app.audit.heads import Head, Heads
from app.audit.models import happened
from app.audit.recorder import Recorder
from app.engine.client import Engine
from app.engine.months import months
from app.engine.names import Index
from app.settings import Settings
from cli.check import check
from indexers.audit.check import CheckReport, check_audit
from indexers.audit.days import close_days, day_id
from indexers.audit.retention import drop_outlived
from tests.auditing import lines

DAY = timedelta(days=1)


@pytest.fixture
def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def later(today: date) -> datetime:
    """When today may be closed."""
    return datetime.combine(today, time(), UTC) + DAY + timedelta(minutes=11)


async def said(engine: Engine, names: str) -> str:
    """A process of its own says one line for each letter; returns its chain."""
    recorder = Recorder(chain_key(engine.data_dir))
    for who in names:
        await recorder.record(engine, happened("audit.read", who=who))
    return str((await lines(engine, what="audit.read", who=names[-1]))[0]["chain"])


async def cut(engine: Engine, raw: AsyncElasticsearch, *ids: str) -> None:
    """As somebody would who can write to the engine."""
    for month in await months(engine, Index.AUDIT):
        for document_id in ids:
            await raw.options(ignore_status=404).delete(index=month.index, id=document_id)


async def ids_of(engine: Engine, names: str) -> list[str]:
    return [line["id"] for line in await lines(engine, what="audit.read") if line["who"] in names]


def ends(report: CheckReport) -> list[str]:
    """The findings, where there are none but cut off ends."""
    assert report.counts == ({"cut_off": len(report.examples)} if report.examples else {})
    return [finding.where for finding in report.examples]


async def test_an_end_cut_off_today_is_named_now_and_after_the_day_is_closed(
    engine: Engine, raw_engine: AsyncElasticsearch, later: datetime
) -> None:
    first, second = await said(engine, "abcd"), await said(engine, "ef")
    whole = await said(engine, "xyz")
    untouched = await said(engine, "k")
    assert ends(await check_audit(engine)) == []
    await cut(engine, raw_engine, *await ids_of(engine, "cdfxyz"))
    expected = [f"{first}:3-4", f"{second}:2", f"{whole}:1-3"]
    assert ends(await check_audit(engine)) == expected
    assert await close_days(engine, later) == 1
    assert [path.name for path in Heads(engine).folder.iterdir()] == ["days"]
    assert ends(await check_audit(engine)) == expected
    assert untouched in (await lines(engine, what="audit.day_closed"))[0]["heads"]


async def test_an_end_cut_off_after_the_day_is_closed_is_named(
    engine: Engine, raw_engine: AsyncElasticsearch, later: datetime
) -> None:
    first, second = await said(engine, "ab"), await said(engine, "c")
    assert sum(await asyncio.gather(close_days(engine, later), close_days(engine, later))) == 1
    assert await close_days(engine, later) == 0
    assert await close_days(engine, later + DAY) == 1
    assert ends(await check_audit(engine)) == []
    await cut(engine, raw_engine, *await ids_of(engine, "bc"))
    assert ends(await check_audit(engine)) == [f"{first}:2", f"{second}:1"]


async def test_a_first_day_of_which_nothing_is_left_is_closed_as_it_was(
    engine: Engine, raw_engine: AsyncElasticsearch, later: datetime
) -> None:
    chain = await said(engine, "ab")
    await cut(engine, raw_engine, *await ids_of(engine, "ab"))
    assert ends(await check_audit(engine)) == [f"{chain}:1-2"]
    assert await close_days(engine, later) == 1
    assert ends(await check_audit(engine)) == [f"{chain}:1-2"]


async def test_the_line_of_the_last_closed_day_is_missed_and_not_written_anew(
    engine: Engine, raw_engine: AsyncElasticsearch, today: date, later: datetime
) -> None:
    chain = await said(engine, "ab")
    await close_days(engine, later)
    await close_days(engine, later + DAY)
    await cut(engine, raw_engine, day_id(today + DAY))
    assert ends(await check_audit(engine)) == ["days:2"]
    await cut(engine, raw_engine, day_id(today), *await ids_of(engine, "b"))
    assert ends(await check_audit(engine)) == ["days:1-2"]  # what told of `chain` is gone with it
    assert await close_days(engine, later + DAY) == 0
    assert await close_days(engine, later + 2 * DAY) == 1
    report = await check_audit(engine)
    assert report.counts == {"missing": 1}
    assert report.examples[0].where == "days:2"
    assert [line["link"] for line in await lines(engine, chain=chain)] == [1]


async def test_a_journal_emptied_as_a_whole_is_not_taken_for_a_new_one(
    engine: Engine, raw_engine: AsyncElasticsearch
) -> None:
    chain = await said(engine, "ab")
    [month] = await months(engine, Index.AUDIT)
    await raw_engine.indices.delete(index=month.index)
    assert ends(await check_audit(engine)) == [f"{chain}:1-2"]


async def test_days_whose_beginning_was_dropped_by_age_hold(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "_today", staticmethod(lambda: "2022-06-29"))
    begun = datetime(2022, 6, 29, 12, tzinfo=UTC)
    event = happened("audit.read", who="a", at=begun)
    await Recorder(chain_key(engine.data_dir)).record(engine, event)
    assert await close_days(engine, begun + 4 * DAY) == 4  # two months
    monkeypatch.undo()
    now = datetime(2022, 7, 2, tzinfo=UTC) + timedelta(days=settings.audit_days)
    assert [month.name for month in await drop_outlived(engine, settings, now)] == ["202206"]
    assert ends(await check_audit(engine)) == []


async def test_what_was_dropped_by_age_is_not_taken_for_cut_off(engine: Engine) -> None:
    await said(engine, "ab")
    Heads(engine).keep(Head("w:01OLD", 7, "00", "2020-02-29"))
    assert ends(await check_audit(engine)) == []


async def test_a_line_is_written_where_the_disk_refuses_the_head(engine: Engine) -> None:
    engine.data_dir.mkdir(parents=True, exist_ok=True)
    in_the_way = Heads(engine).folder
    in_the_way.write_text("")
    try:
        await said(engine, "ab")
        assert [line["link"] for line in await lines(engine)] == [1, 2]
        assert ends(await check_audit(engine)) == []
    finally:
        in_the_way.unlink()


async def test_a_head_one_line_behind_accuses_nobody(engine: Engine) -> None:
    """A process killed after the line and before the file."""
    chain = await said(engine, "ab")
    [head] = Heads(engine).all()
    [first, _] = await lines(engine, chain=chain)
    Heads(engine).keep(Head(chain, 1, first["hash"], head.day))
    assert ends(await check_audit(engine)) == []
    [path] = Heads(engine).folder.iterdir()
    path.write_bytes(b"")  # and a file torn by a power cut
    assert Heads(engine).all() == []
    assert ends(await check_audit(engine)) == []


@pytest.fixture
async def robbed(engine: Engine, raw_engine: AsyncElasticsearch) -> str:
    """The first place that is gone."""
    chain = await said(engine, "abc")
    await cut(engine, raw_engine, *await ids_of(engine, "bc"))
    return f"{chain}:2-3"


def test_the_command_names_it(robbed: str) -> None:
    found = CliRunner().invoke(check, [])
    assert found.exit_code == 1
    assert f"cut_off {robbed}" in found.output
    assert "отрезан" in found.output
