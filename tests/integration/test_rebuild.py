"""The rebuild on the real engine: everything arrives, nothing written meanwhile is lost."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from elasticsearch import AsyncElasticsearch

from app.cases.derived import case_id
from app.engine import seal, writer
from app.engine.client import Engine
from app.engine.mappings import load_definition
from app.engine.names import Index, sealed_until
from app.errors import BadInputError, ConflictError, EngineUnavailableError, RebuildError
from app.settings import Settings
from app.system.models import Rebuild, RebuildPhase
from app.system.rebuilds import get_rebuild, put_rebuild
from indexers import bulk
from indexers.rebuild import compare, follow, run, stream, switch
from indexers.rebuild.kept import drop_kept, kept
from indexers.rebuild.run import rebuild
from tests.factories import load, row, write_csv
from tests.integration.search_corpus import case
from tests.rebuilding import Written, documents, fill, life, live_name, write_once


def silent(_: Rebuild) -> None:
    return


async def go(engine: Engine, settings: Settings) -> Rebuild:
    return await rebuild(engine, settings, Index.CASES, silent)


async def test_the_copy_equals(
    engine: Engine, settings: Settings, raw_engine: AsyncElasticsearch
) -> None:
    await fill(engine, 2_300)
    old = await live_name(engine)
    before = await documents(raw_engine, old)
    done = await go(engine, settings)
    assert done.phase is RebuildPhase.DONE
    assert (done.copied, done.repaired, done.source) == (2_300, 0, old)
    assert await live_name(engine) == done.target != old
    assert await documents(raw_engine, done.target) == before
    assert await documents(raw_engine, old) == before
    live = (await raw_engine.indices.get(index=done.target))[done.target]["settings"]["index"]
    wanted = load_definition(Index.CASES).settings["index"]
    assert live["refresh_interval"] == wanted["refresh_interval"]
    assert live["number_of_replicas"] == str(wanted["number_of_replicas"])


async def test_derived_fields_are_new_and_unknown_ones_stay(
    engine: Engine, settings: Settings
) -> None:
    stale = msgspec.to_builtins(case(1, "Нет горячей воды"))
    stale |= {"lemmas": "прежний", "norm_hash": "0", "emb": [0.6, 0.8] + [0.0] * 382}
    stale |= {"emb_ver": "x", "rev": 7}
    await writer.create(engine, Index.CASES, stale["id"], stale)
    await go(engine, settings)
    stored = await engine.get(Index.CASES, stale["id"])
    assert stored is not None
    assert "вода" in stored.source["lemmas"]
    assert stored.source["norm_hash"] != "0"
    assert [stored.source[name] for name in ("emb", "emb_ver", "rev")] == [
        stale[name] for name in ("emb", "emb_ver", "rev")
    ]


async def test_an_empty_index_is_rebuilt(engine: Engine, settings: Settings) -> None:
    done = await go(engine, settings)
    assert (done.copied, done.total) == (0, 0)
    assert await live_name(engine) == done.target


async def test_no_live_write_is_lost(
    engine: Engine, settings: Settings, raw_engine: AsyncElasticsearch
) -> None:
    await fill(engine, 3_000)
    keys = [case(number, "").id for number in range(0, 3_000, 30)]
    async with life(engine, keys, 3_000) as written:
        done = await go(engine, settings)
    assert written.created
    assert written.searches
    assert done.repaired
    there = await documents(raw_engine, done.target)
    assert len(there) == 3_000 + written.created
    assert {key: there[key]["rev"] for key in written.revisions} == written.revisions
    assert written.longest < 5


async def test_an_import_goes_on_through_the_switch(
    engine: Engine, settings: Settings, tmp_path: Any
) -> None:
    first = write_csv(tmp_path / "a.csv", [row(n) for n in range(3_000)])
    changed = write_csv(tmp_path / "b.csv", [row(n, state="closed") for n in range(4_000)])
    await load(engine, settings, first)
    job, done = await asyncio.gather(load(engine, settings, changed), go(engine, settings))
    counts = job.checkpoint.counts
    assert (counts.created, counts.updated, counts.rejected) == (1_000, 3_000, 0)
    await engine.refresh(Index.CASES)
    assert await engine.count(Index.CASES, {"term": {"state": "closed"}}) == 4_000
    assert await live_name(engine) == done.target
    stored = await engine.get(Index.CASES, case_id("test", "T-5"))
    assert stored is not None
    assert stored.source["rev"] == 2


async def test_what_the_copy_lost_is_found_and_repaired(
    engine: Engine,
    settings: Settings,
    raw_engine: AsyncElasticsearch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every seventh write to the new index does not arrive, as if it had been refused silently."""
    await fill(engine, 700)
    before = await documents(raw_engine, await live_name(engine))

    async def forgetful(engine: Engine, written: list[bulk.BulkAction]) -> None:
        kept = [one for number, one in enumerate(written) if number % 7]
        await bulk.write(engine, Index.CASES, kept)

    monkeypatch.setattr(follow, "put", forgetful)
    done = await go(engine, settings)
    assert done.repaired == 100
    assert await documents(raw_engine, done.target) == before


async def test_a_change_between_comparison_and_switch_arrives(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(engine, 50)
    key = case(7, "").id
    written = Written()

    async def changed_first(*arguments: Any) -> None:
        await write_once(engine, written, key)
        await switch.switch(*arguments)

    monkeypatch.setattr(run, "switch", changed_first)
    done = await go(engine, settings)
    stored = await engine.get(Index.CASES, key)
    assert stored is not None
    assert (stored.source["rev"], stored.place) == (2, done.target)


async def test_a_stale_read_is_not_written_over_a_newer_case(
    engine: Engine, settings: Settings
) -> None:
    """Sequence numbers of the two indexes mean nothing to each other."""
    await fill(engine, 5)
    key = case(3, "").id
    stale = await engine.get(Index.CASES, key)
    assert stale is not None
    await write_once(engine, Written(), key)
    await go(engine, settings)
    with pytest.raises(ConflictError):
        await writer.replace(engine, stale, {**stale.source, "rev": 2})


async def test_a_read_before_the_switch_may_be_written_after_it(
    engine: Engine, settings: Settings
) -> None:
    await fill(engine, 5)
    read = await engine.get(Index.CASES, case(3, "").id)
    assert read is not None
    done = await go(engine, settings)
    stored = await writer.replace(engine, read, {**read.source, "rev": 2})
    assert stored.place == done.target


async def test_a_seal_that_was_left_is_lifted_by_a_writer(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the rebuild that left it can switch no more."""
    await fill(engine, 5)
    monkeypatch.setattr(seal, "SEAL_LASTS", seal.timedelta(seconds=0.5))
    name = await live_name(engine)
    mark = await seal.close(engine, Index.CASES, name)
    await write_once(engine, written := Written(), case(3, "").id)
    assert written.revisions
    until = sealed_until(engine.prefix, Index.CASES, mark)
    assert until is not None
    assert datetime.now(UTC) > until
    assert written.longest < 10
    with pytest.raises(RebuildError):
        await switch._move(engine, Index.CASES, name, name, mark)


async def test_a_bulk_waits_for_the_seal(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(engine, 5)
    monkeypatch.setattr(seal, "SEAL_LASTS", seal.timedelta(seconds=0.5))
    await seal.close(engine, Index.CASES, await live_name(engine))
    await fill(engine, 5, start=100)


async def test_an_index_closed_by_hand_is_said(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(engine, 5)
    monkeypatch.setattr(seal, "_PATIENCE", 0.3)
    await engine.client.indices.add_block(index=await live_name(engine), block="write")
    with pytest.raises(EngineUnavailableError, match="закрыта"):
        await write_once(engine, Written(), case(3, "").id)


async def test_a_failing_switch_opens_the_old_index(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(engine, 5)
    old = await live_name(engine)

    async def uneven(*_: Any) -> None:
        raise RebuildError("не сошлось")

    with monkeypatch.context() as patched:
        patched.setattr(run.new, "same_count", uneven)
        with pytest.raises(RebuildError, match="не сошлось"):
            await go(engine, settings)
    assert await live_name(engine) == old
    await write_once(engine, written := Written(), case(3, "").id)
    assert written.longest < 5, "it did not wait for the seal to end"
    stored = await get_rebuild(engine, Index.CASES)
    assert stored is not None
    assert (stored.rebuild.error, stored.rebuild.running) == ("не сошлось", False)
    done = await go(engine, settings)
    assert done.target == stored.rebuild.target
    assert done.error is None


async def test_a_write_that_slipped_in_after_the_switch_is_brought(
    engine: Engine, settings: Settings, raw_engine: AsyncElasticsearch
) -> None:
    await fill(engine, 5)
    done = await go(engine, settings)
    late = msgspec.to_builtins(case(3, "Опоздавшая запись")) | {"rev": 9}
    await raw_engine.indices.put_settings(index=done.source, settings={"index.blocks.write": None})
    await raw_engine.index(index=done.source, id=late["id"], document=late)
    brought = await compare.bring_late_writes(engine, done.source, done.target, done.position)
    assert brought == 1
    stored = await engine.get(Index.CASES, late["id"])
    assert stored is not None
    assert stored.source["rev"] == 9


async def test_a_refused_document_stops_it_with_a_sentence(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(engine, 5)
    old = await live_name(engine)
    monkeypatch.setattr(follow, "renewed", lambda found: {**found, "nowhere": 1})
    with pytest.raises(RebuildError, match="не принял"):
        await go(engine, settings)
    assert await live_name(engine) == old


async def test_the_second_is_told_who_leads(engine: Engine, settings: Settings) -> None:
    await fill(engine, 1)
    done = await go(engine, settings)
    stored = await get_rebuild(engine, Index.CASES)
    until = done.updated_at + seal.timedelta(minutes=5)
    led = {"owner": "other-host:17", "lease_until": until, "phase": RebuildPhase.COPYING}
    await put_rebuild(engine, msgspec.structs.replace(done, **led), stored)
    with pytest.raises(RebuildError, match="other-host:17"):
        await go(engine, settings)
    with pytest.raises(RebuildError, match="идёт перестройка"):
        await drop_kept(engine, Index.CASES)


async def test_the_lead_is_lost_to_another_only(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write of one's own whose answer was lost is no reason to stop; another's is."""
    await fill(engine, 5)

    async def interrupted(*arguments: Any) -> None:
        stored = await get_rebuild(engine, Index.CASES)
        assert stored is not None
        changed = msgspec.structs.replace(stored.rebuild, owner=owner or stored.rebuild.owner)
        await put_rebuild(engine, changed, stored)

    monkeypatch.setattr(run.new, "smoke", interrupted)
    owner = ""
    assert (await go(engine, settings)).phase is RebuildPhase.DONE
    owner = "other-host:17"
    with pytest.raises(RebuildError, match="подхватил"):
        await go(engine, settings)


async def test_two_at_once(engine: Engine, settings: Settings) -> None:
    await fill(engine, 500)
    ended = await asyncio.gather(go(engine, settings), go(engine, settings), return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["Rebuild", "RebuildError"]


async def test_one_that_comes_while_another_task_leads(engine: Engine, settings: Settings) -> None:
    await fill(engine, 500)
    leads = asyncio.Event()

    async def first() -> Rebuild:
        return await rebuild(engine, settings, Index.CASES, lambda _: leads.set())

    at_work = asyncio.create_task(first())
    await leads.wait()
    with pytest.raises(RebuildError, match="уже идёт"):
        await go(engine, settings)
    assert (await at_work).phase is RebuildPhase.DONE


async def test_the_old_one_is_kept_until_dropped(engine: Engine, settings: Settings) -> None:
    await fill(engine, 5)
    first = await go(engine, settings)
    second = await go(engine, settings)
    assert await kept(engine, Index.CASES) == [first.source, first.target]
    assert await drop_kept(engine, Index.CASES) == [first.source, first.target]
    assert await live_name(engine) == second.target
    assert await drop_kept(engine, Index.CASES) == []


async def test_a_page_opened_before_goes_on(engine: Engine, settings: Settings) -> None:
    await fill(engine, 30)
    pit = await engine.open_pit(Index.CASES)
    await go(engine, settings)
    body = {"size": 30, "pit": {"id": pit}, "sort": [{"id": "asc"}]}
    assert len((await engine.search(Index.CASES, body))["hits"]["hits"]) == 30
    await engine.close_pit(pit)


async def test_other_indexes_are_refused(engine: Engine, settings: Settings) -> None:
    with pytest.raises(BadInputError, match="только для cases"):
        await rebuild(engine, settings, Index.COUNTERS, silent)


async def test_settled_stands_before_a_gap(engine: Engine) -> None:
    await fill(engine, 10)
    name = await live_name(engine)
    assert await stream.settled(engine, name) == 9
    pages = [page async for page in stream.written_after(engine, name, 6)]
    assert [(len(page.documents), page.last, page.total) for page in pages] == [(3, 9, 3)]


def test_the_command(settings: Settings) -> None:
    from cli.main import group

    call = CliRunner().invoke
    assert call(group, ["setup"]).exit_code == 0
    done = call(group, ["rebuild", "cases"])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1].startswith(
        f"copied 0 repaired 0 swapped {settings.index_prefix}cases-v"
    )
    answer = msgspec.json.decode(call(group, ["rebuild", "cases", "--json"]).stdout)
    assert answer["phase"] == "done"
    dropped = msgspec.json.decode(call(group, ["rebuild", "cases", "--drop-old", "--json"]).stdout)
    assert len(dropped["dropped"]) == 2
    assert "Прежних индексов нет" in call(group, ["rebuild", "cases", "--drop-old"]).stdout
    assert call(group, ["rebuild", "nothing"]).exit_code == 2
