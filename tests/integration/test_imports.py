"""Imports on the real engine: every row counted, none twice, nothing lost."""

import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from python_calamine import CalamineWorkbook

from app.cases.models import Case
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineUnavailableError, StorageUnavailableError
from app.intake import service
from app.intake.models import Counts, ImportJob, ImportState, SavedMapping, import_mark
from app.intake.rejects import write_rejects
from app.intake.repository import get_job
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from indexers.imports import ahead, chunk, run
from indexers.imports.run import run_import
from indexers.setup import run as run_setup
from tests.factories import load as load_file
from tests.factories import receive, row, write_csv


async def cases(engine: Engine) -> dict[str, dict[str, Any]]:
    body = {"size": 10_000, "query": {"match_all": {}}}
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return {hit["_source"]["source"].get("external_id", hit["_id"]): hit["_source"] for hit in hits}


async def test_a_table_becomes_cases(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "t.csv",
        [
            row(
                1,
                title="Вода",
                street="ул. Ленина",
                house="35А",
                answer="Подачу восстановили",
                answered_at="2026-03-03 12:00",
                state="answered",
                theme="ОТСУТСТВИЕ ВОДЫ",
                author_phone="8 (900) 000-00-01",
                rating="5",
                tags="вода; авария",
            )
        ],
    )
    job = await load_file(engine, settings, path)
    assert job.state is ImportState.DONE
    assert job.checkpoint.counts == Counts(rows=1, created=1)
    kept = {path.name for path in (settings.data_dir / "imports" / job.id).iterdir()}
    assert kept == {"source", "rejects.jsonl"}
    stored = (await cases(engine))["T-1"]
    case = msgspec.convert(stored, Case)
    assert case.number == "26-000001"
    assert case.received_at.isoformat() == "2026-03-02T07:00:00+00:00"
    assert (case.place.street, case.place.street_type, case.place.house) == ("Ленина", "ул.", "35а")
    assert case.classifier.im_theme == "Отсутствие воды"
    assert case.author.phone == "+79000000001"
    assert case.answers[0].text == "Подачу восстановили"
    assert case.workflow.first_answer_at == case.answers[0].at
    assert case.original["house"] == "35А"
    assert "горячий" in (case.lemmas or "")
    assert case.tags == ["авария", "вода"]


async def test_the_second_time_all_is_unchanged(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(30)])
    first = await load_file(engine, settings, path)
    before = await cases(engine)
    second = await load_file(engine, settings, path)
    assert first.checkpoint.counts == Counts(rows=30, created=30)
    assert second.checkpoint.counts == Counts(rows=30, unchanged=30)
    assert await cases(engine) == before


async def test_a_changed_row_updates_with_history(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    await load_file(engine, settings, write_csv(tmp_path / "a.csv", [row(1), row(2)]))
    changed = [row(1, state="closed", closed_at="2026-04-01", theme="Вода"), row(2)]
    job = await load_file(engine, settings, write_csv(tmp_path / "b.csv", changed))
    assert job.checkpoint.counts == Counts(rows=2, updated=1, unchanged=1)
    case = (await cases(engine))["T-1"]
    assert case["state"] == "closed"
    assert case["rev"] == case["version"] == 2
    assert case["number"] == "26-000001"
    first, second = case["source"]["imports"]
    assert (first.partition(":")[2], second) == ("created", import_mark(job.id, "updated"))
    last = case["history"][-1]
    assert last["what"] == "import_changed"
    assert last["changed"] == ["classifier.im_theme", "closed_at", "state"]
    assert last["before"]["state"] == "new"


async def test_what_others_wrote_stays_when_a_row_changes(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    await load_file(engine, settings, write_csv(tmp_path / "a.csv", [row(1)]))
    case = (await cases(engine))["T-1"]
    mine = {"notes": [{"text": "Позвонить", "by": "operator"}], "emb_ver": "x"}
    await engine.client.update(
        index=engine.write_alias(Index.CASES), id=case["id"], doc=mine, refresh=True
    )
    changed = write_csv(tmp_path / "b.csv", [row(1, state="closed")])
    await load_file(engine, settings, changed)
    case = (await cases(engine))["T-1"]
    assert case["state"] == "closed"
    assert case["notes"] == mine["notes"]
    assert case["emb_ver"] == "x"


async def test_the_same_row_twice_in_a_file_is_one_case(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    rows = [row(1), row(1), row(1, state="closed"), row(2)]
    job = await load_file(engine, settings, write_csv(tmp_path / "t.csv", rows))
    assert job.checkpoint.counts == Counts(rows=4, created=2, updated=1, unchanged=1)
    assert len(await cases(engine)) == 2


async def test_rows_without_an_id_are_told_apart_by_their_order(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    rows = [row(1, external_id=""), row(1, external_id=""), row(2, external_id="")]
    path = write_csv(tmp_path / "t.csv", rows)
    first = await load_file(engine, settings, path)
    again = await load_file(engine, settings, path)
    assert first.checkpoint.counts.created == 3
    assert again.checkpoint.counts.unchanged == 3


async def test_bad_rows_are_kept_with_their_reason(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    rows = [
        row(1),
        row(2, text=""),
        row(3, received_at="вчера"),
        row(4, state="непонятно"),
        row(5, lat="95", lon="30"),
        row(6, text="д" * 200_000),
    ]
    job = await load_file(engine, settings, write_csv(tmp_path / "t.csv", rows))
    assert job.checkpoint.counts == Counts(rows=6, created=1, rejected=5)
    found = {rejection.row: rejection for rejection in job.rejected_examples}
    assert {number: rejection.column for number, rejection in found.items()} == {
        3: "text",
        4: "received_at",
        5: "state",
        6: "lat",
        7: "text",
    }
    target = tmp_path / "rejects.xlsx"
    assert write_rejects(settings, job, target) == 5
    sheet = CalamineWorkbook.from_path(target).get_sheet_by_index(0).to_python()
    assert sheet[0][:4] == ["Строка файла", "Столбец", "Причина", "external_id"]
    assert [line[0] for line in sheet[1:]] == [3, 4, 5, 6, 7]
    assert "T-3" in sheet[2]
    as_text = tmp_path / "rejects.csv"
    assert write_rejects(settings, job, as_text) == 5
    lines = as_text.read_text(encoding="utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["Строка файла", "3", "4", "5", "6", "7"]


async def test_rejected_rows_once_mended_load_from_their_file(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    rows = [row(1), row(2, received_at="вчера", title="=2+2")]
    job = await load_file(engine, settings, write_csv(tmp_path / "t.csv", rows))
    target = tmp_path / "rejects.csv"
    write_rejects(settings, job, target)
    mended = target.read_text(encoding="utf-8-sig")
    assert "'=2+2" in mended
    target.write_text(mended.replace("вчера", "05.03.2026"), encoding="utf-8-sig")
    again = await load_file(engine, settings, target)
    assert again.checkpoint.counts == Counts(rows=1, created=1)
    assert (await cases(engine))["T-2"]["title"] == "=2+2"


async def test_a_row_with_a_delimiter_inside_its_text_is_not_loaded_in_part(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("external_id,received_at,text\n1,01.02.2026,Яма\n2,02.02.2026,Яма, большая\n")
    job = await load_file(engine, settings, path)
    assert job.checkpoint.counts == Counts(rows=2, created=1, rejected=1)
    assert "разделитель" in job.rejected_examples[0].reason


async def test_a_missing_column_changes_nothing(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    rows = [{name: value for name, value in row(1).items() if name != "text"}]
    job = await load_file(engine, settings, write_csv(tmp_path / "t.csv", rows))
    assert job.state is ImportState.FAILED
    assert job.error is not None
    assert "«text»" in job.error
    assert await cases(engine) == {}


async def test_a_dry_run_counts_as_the_load_and_writes_nothing(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    await load_file(engine, settings, write_csv(tmp_path / "a.csv", [row(1), row(2)]))
    before = await cases(engine)
    rows = [row(1), row(2, state="closed"), row(3), row(3), row(3, state="closed"), row(4, text="")]
    path = write_csv(tmp_path / "b.csv", rows)
    checked = await load_file(engine, settings, path, dry_run=True)
    assert checked.state is ImportState.CHECKED
    assert await cases(engine) == before
    await service.confirm(engine, checked.id)
    await run_import(engine, settings, checked.id)
    done = (await get_job(engine, checked.id)).job
    assert done.state is ImportState.DONE
    assert done.checkpoint.counts == checked.checked
    assert done.checkpoint.counts == Counts(6, created=1, updated=2, unchanged=2, rejected=1)


class BoomError(Exception):
    """Stands for the death of a worker at a chosen moment."""


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
@pytest.mark.parametrize(("identified", "apart"), [(True, False), (False, False), (False, True)])
async def test_an_interrupted_import_goes_on_and_counts_each_row_once(
    engine: Engine,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    identified: bool,
    apart: bool,
) -> None:
    if apart:
        monkeypatch.setattr(ahead, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(run, "CHUNK_ROWS", 10)
    rows = [row(n) for n in range(42)] + [row(3, state="closed"), row(50, text=""), row(41)]
    if not identified:
        rows = [{**cells, "external_id": ""} for cells in rows]
    path = write_csv(tmp_path / "t.csv", rows)
    write = chunk.ChunkWriter.write
    calls = 0

    async def dying(self: chunk.ChunkWriter, given: Any) -> chunk.ChunkResult:
        nonlocal calls
        calls += 1
        if calls == 3 and moment == "before_write":
            raise BoomError
        result = await write(self, given)
        if calls in {3, 5}:
            raise BoomError
        return result

    monkeypatch.setattr(chunk.ChunkWriter, "write", dying)
    job = await receive(engine, settings, path)
    for _ in range(2):
        with pytest.raises(BoomError):
            await run_import(engine, settings, job.id)
        await expire_lease(engine, job.id)
    await run_import(engine, settings, job.id)
    done = (await get_job(engine, job.id)).job
    assert done.state is ImportState.DONE
    uninterrupted = await load_clean(settings, path)
    assert done.checkpoint.counts == uninterrupted.checkpoint.counts
    assert done.rejected_examples == uninterrupted.rejected_examples
    assert done.checkpoint.rejects_size == uninterrupted.checkpoint.rejects_size
    numbers = [case["number"] for case in (await cases(engine)).values()]
    assert len(numbers) == len(set(numbers)) == done.checkpoint.counts.created


async def expire_lease(engine: Engine, import_id: str) -> None:
    await engine.client.update(
        index=engine.write_alias(Index.IMPORTS),
        id=import_id,
        doc={"document": {"lease_until": None}, "lease_until": None},
    )


async def load_clean(settings: Settings, path: Path) -> ImportJob:
    """The same file into indexes of its own, without interruption."""
    other = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}clean-"})
    engine = Engine(other)
    try:
        await run_setup(engine, other)
        return await load_file(engine, other, path)
    finally:
        await engine.close()


async def test_a_preparing_process_that_dies_is_noticed(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "WORTH_A_PROCESS", 1)
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(5)])
    job = await receive(engine, settings, path)
    with monkeypatch.context() as broken:
        broken.setattr(ahead, "PROGRAM", "indexers.no_such_program")
        with pytest.raises(ahead.PreparingDiedError):
            await run_import(engine, settings, job.id)
    await expire_lease(engine, job.id)
    await run_import(engine, settings, job.id)
    assert (await get_job(engine, job.id)).job.checkpoint.counts.created == 5


async def test_two_workers_on_one_job_do_it_once(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK_ROWS", 10)
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(60)])
    job = await receive(engine, settings, path)
    await asyncio.gather(*(run_import(engine, settings, job.id) for _ in range(3)))
    done = (await get_job(engine, job.id)).job
    assert done.checkpoint.counts == Counts(rows=60, created=60)


async def test_two_files_with_the_same_rows_at_once(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(200)])
    jobs = await asyncio.gather(*(load_file(engine, settings, path) for _ in range(3)))
    assert sum(job.checkpoint.counts.created for job in jobs) == 200
    assert sum(job.checkpoint.counts.unchanged for job in jobs) == 400
    assert len(await cases(engine)) == 200


async def test_a_cancelled_job_stops_and_keeps_whole_rows(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK_ROWS", 10)
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(50)])
    write = chunk.ChunkWriter.write

    async def cancelling(self: chunk.ChunkWriter, given: Any) -> chunk.ChunkResult:
        result = await write(self, given)
        await service.cancel(engine, self._import_id)
        return result

    monkeypatch.setattr(chunk.ChunkWriter, "write", cancelling)
    job = await load_file(engine, settings, path)
    assert job.state is ImportState.CANCELLED
    await engine.refresh(Index.CASES)
    assert len(await cases(engine)) == 10


async def test_an_engine_that_goes_away_loses_nothing(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "t.csv", [row(n) for n in range(5)])
    write = chunk.ChunkWriter.write

    async def away(self: chunk.ChunkWriter, given: Any) -> chunk.ChunkResult:
        raise EngineUnavailableError("нет ответа")

    monkeypatch.setattr(chunk.ChunkWriter, "write", away)
    job = await receive(engine, settings, path)
    with pytest.raises(EngineUnavailableError):
        await run_import(engine, settings, job.id)
    monkeypatch.setattr(chunk.ChunkWriter, "write", write)
    await expire_lease(engine, job.id)
    await run_import(engine, settings, job.id)
    assert (await get_job(engine, job.id)).job.checkpoint.counts == Counts(rows=5, created=5)


async def test_a_full_disk_holds_an_import_up_and_nothing_is_lost(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "t.csv", [row(1), row(2, text="")])

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(StorageUnavailableError):
            await receive(engine, settings, path)
    assert not list((settings.data_dir / "imports").iterdir())
    job = await receive(engine, settings, path)
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(StorageUnavailableError):
            await run_import(engine, settings, job.id)
    held = (await get_job(engine, job.id)).job
    assert held.trouble is not None
    await expire_lease(engine, job.id)
    await run_import(engine, settings, job.id)
    done = (await get_job(engine, job.id)).job
    assert done.checkpoint.counts == Counts(rows=2, created=1, rejected=1)
    assert done.trouble is None


async def test_a_table_of_ones_own_is_matched_checked_and_loaded(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    rows = [
        {"№": "1", "Дата": "01.02.2026", "Суть": "Яма на дороге", "Статус": "Сделано"},
        {"№": "2", "Дата": "02.02.2026", "Суть": "Не горит фонарь", "Статус": "Ждёт"},
    ]
    path = write_csv(tmp_path / "own.csv", rows)
    job = await load_file(engine, settings, path, profile=service.MAPPED)
    assert job.state is ImportState.MAPPING
    mapping = SavedMapping(
        columns={"external_id": "№", "received_at": "Дата", "text": "Суть", "state": "Статус"},
        values={"state": {"Сделано": "closed"}},
        defaults={"channel": "paper"},
        system="own",
    )
    await service.match_columns(engine, LOCAL_VIEWER, job.id, mapping, "Журнал приёмной")
    await run_import(engine, settings, job.id)
    checked = (await get_job(engine, job.id)).job
    assert checked.checked == Counts(rows=2, created=2)
    assert checked.unknown_values == {"state": {"Ждёт": 1}}
    await service.confirm(engine, job.id)
    await run_import(engine, settings, job.id)
    found = await cases(engine)
    assert found["1"]["state"] == "closed"
    assert found["2"]["state"] == "in_progress"
    assert found["1"]["kind"] == "appeal"
    again = await load_file(engine, settings, path, profile="журнал приёмной")
    assert again.checkpoint.counts == Counts(rows=2, unchanged=2)
