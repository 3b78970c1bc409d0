"""Imports on the real engine: every row counted, none twice, nothing lost."""

from pathlib import Path

import msgspec
from python_calamine import CalamineWorkbook

from app.cases.models import Case
from app.engine.client import Engine
from app.engine.names import Index
from app.intake import service
from app.intake.models import Counts, ImportState, SavedMapping, import_mark
from app.intake.rejects import write_rejects
from app.intake.repository import IMPORTS
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from indexers.imports.run import run_import
from tests.factories import load as load_file
from tests.factories import row, stored_cases, write_csv


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
    stored = (await stored_cases(engine))["T-1"]
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
    before = await stored_cases(engine)
    second = await load_file(engine, settings, path)
    assert first.checkpoint.counts == Counts(rows=30, created=30)
    assert second.checkpoint.counts == Counts(rows=30, unchanged=30)
    assert await stored_cases(engine) == before


async def test_a_changed_row_updates_with_history(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    await load_file(engine, settings, write_csv(tmp_path / "a.csv", [row(1), row(2)]))
    changed = [row(1, state="closed", closed_at="2026-04-01", theme="Вода"), row(2)]
    job = await load_file(engine, settings, write_csv(tmp_path / "b.csv", changed))
    assert job.checkpoint.counts == Counts(rows=2, updated=1, unchanged=1)
    case = (await stored_cases(engine))["T-1"]
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
    case = (await stored_cases(engine))["T-1"]
    mine = {
        "notes": [
            {"id": "n2", "at": "2026-03-02T09:00:00Z", "by": "operator", "text": "Позвонить"}
        ],
        "emb_ver": "x",
    }
    await engine.client.update(
        index=engine.write_alias(Index.CASES), id=case["id"], doc=mine, refresh=True
    )
    changed = write_csv(tmp_path / "b.csv", [row(1, state="closed")])
    await load_file(engine, settings, changed)
    case = (await stored_cases(engine))["T-1"]
    assert case["state"] == "closed"
    assert case["notes"] == mine["notes"]
    assert case["emb_ver"] == "x"


async def test_the_same_row_twice_in_a_file_is_one_case(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    rows = [row(1), row(1), row(1, state="closed"), row(2)]
    job = await load_file(engine, settings, write_csv(tmp_path / "t.csv", rows))
    assert job.checkpoint.counts == Counts(rows=4, created=2, updated=1, unchanged=1)
    assert len(await stored_cases(engine)) == 2


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
    assert (await stored_cases(engine))["T-2"]["title"] == "=2+2"


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
    assert await stored_cases(engine) == {}


async def test_a_dry_run_counts_as_the_load_and_writes_nothing(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    await load_file(engine, settings, write_csv(tmp_path / "a.csv", [row(1), row(2)]))
    before = await stored_cases(engine)
    rows = [row(1), row(2, state="closed"), row(3), row(3), row(3, state="closed"), row(4, text="")]
    path = write_csv(tmp_path / "b.csv", rows)
    checked = await load_file(engine, settings, path, dry_run=True)
    assert checked.state is ImportState.CHECKED
    assert await stored_cases(engine) == before
    await service.confirm(engine, checked.id)
    await run_import(engine, settings, checked.id)
    done = (await IMPORTS.get(engine, checked.id)).job
    assert done.state is ImportState.DONE
    assert done.checkpoint.counts == checked.checked
    assert done.checkpoint.counts == Counts(6, created=1, updated=2, unchanged=2, rejected=1)


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
    checked = (await IMPORTS.get(engine, job.id)).job
    assert checked.checked == Counts(rows=2, created=2)
    assert checked.unknown_values == {"state": {"Ждёт": 1}}
    await service.confirm(engine, job.id)
    await run_import(engine, settings, job.id)
    found = await stored_cases(engine)
    assert found["1"]["state"] == "closed"
    assert found["2"]["state"] == "in_progress"
    assert found["1"]["kind"] == "appeal"
    again = await load_file(engine, settings, path, profile="журнал приёмной")
    assert again.checkpoint.counts == Counts(rows=2, unchanged=2)
