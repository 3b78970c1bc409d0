"""A watched folder: finished files are loaded once and put away, with reasons beside."""

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from app.engine.client import Engine
from app.errors import BadInputError, EngineUnavailableError
from app.intake.models import ImportState
from app.intake.repository import list_jobs
from app.intake.service import receive
from app.settings import Settings
from indexers.imports.watch import FOLDER_VIEWER, Watch, WatchedElsewhereError, alone
from tests.factories import row, stored_cases, write_csv

EVERY = 0.01


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "drop"
    made.mkdir()
    return made


@pytest.fixture
def watch(engine: Engine, settings: Settings, folder: Path) -> Watch:
    return Watch(engine, settings, folder, "canonical")


def names(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".otklik.lock"
    )


async def test_a_file_is_loaded_and_put_away(watch: Watch, engine: Engine, folder: Path) -> None:
    write_csv(folder / "реестр.csv", [row(1), row(2), row(3, text="")])
    assert await watch.run(EVERY, once=True) == 0
    assert names(folder) == ["done/реестр.csv", "done/реестр.csv.rejects.xlsx"]
    rejects = CalamineWorkbook.from_path(str(folder / "done" / "реестр.csv.rejects.xlsx"))
    assert rejects.get_sheet_by_index(0).to_python()[1][2] == "нет текста"
    (job,) = await list_jobs(engine)
    assert (job.state, job.created_by) == (ImportState.DONE, "folder")
    assert (job.checkpoint.counts.created, job.checkpoint.counts.rejected) == (2, 1)
    assert len(await stored_cases(engine)) == 2


async def test_a_file_that_grows_is_left_alone(watch: Watch, engine: Engine, folder: Path) -> None:
    path = write_csv(folder / "a.csv", [row(1)])
    assert await watch.look() == 0
    with path.open("a") as file:
        file.write("\n")
    await watch.look()
    assert names(folder) == ["a.csv"]
    await watch.look()
    assert names(folder) == ["done/a.csv"]


async def test_what_is_not_a_finished_table_is_left_alone(watch: Watch, folder: Path) -> None:
    left = [".hidden.csv", "a.csv.part", "b.tmp", "~$book.xlsx"]
    for name in left:
        (folder / name).write_text("x")
    (folder / "link.csv").symlink_to(folder / "b.tmp")
    (folder / "sub.csv").mkdir()
    await watch.run(EVERY, once=True)
    assert names(folder) == sorted([*left, "link.csv"])


async def test_what_is_no_table_fails_with_its_reason(
    watch: Watch, engine: Engine, folder: Path
) -> None:
    (folder / "a.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 2000)
    write_csv(folder / "b.csv", [{"столбец": "значение"}])
    write_csv(folder / "c.csv", [row(1)])
    assert await watch.run(EVERY, once=True) == 2
    assert names(folder) == [
        "done/c.csv",
        "failed/a.xlsx",
        "failed/a.xlsx.txt",
        "failed/b.csv",
        "failed/b.csv.txt",
    ]
    assert "картинка" in (folder / "failed" / "a.xlsx.txt").read_text()
    assert "нет столбцов" in (folder / "failed" / "b.csv.txt").read_text()
    jobs = {job.file_name: job for job in await list_jobs(engine)}
    assert {name: job.state for name, job in jobs.items()} == {
        "a.xlsx": ImportState.FAILED,
        "b.csv": ImportState.FAILED,
        "c.csv": ImportState.DONE,
    }
    assert "картинка" in (jobs["a.xlsx"].error or "")


async def test_the_same_name_again_keeps_both(watch: Watch, engine: Engine, folder: Path) -> None:
    for number in (1, 2):
        write_csv(folder / "a.csv", [row(number)])
        await watch.run(EVERY, once=True)
    done = [name for name in names(folder) if name.startswith("done/a")]
    assert len(done) == 2
    assert len(await stored_cases(engine)) == 2


async def test_a_claim_of_a_dead_process_is_finished(
    watch: Watch, engine: Engine, settings: Settings, folder: Path
) -> None:
    """Killed before the job, after it, and after the file was put away."""
    for import_id in ("01AAAAAAAAAAAAAAAAAAAAAAAA", "01BBBBBBBBBBBBBBBBBBBBBBBB"):
        (folder / ".work" / import_id).mkdir(parents=True)
        write_csv(folder / ".work" / import_id / f"{import_id[:3]}.csv", [row(1)])
    (folder / ".work" / "01CCCCCCCCCCCCCCCCCCCCCCCC").mkdir()
    half_kept = settings.data_dir / "imports" / "01AAAAAAAAAAAAAAAAAAAAAAAA"
    half_kept.mkdir(parents=True)
    (half_kept / "source").write_bytes(b"half")
    claim = folder / ".work" / "01BBBBBBBBBBBBBBBBBBBBBBBB" / "01B.csv"
    with claim.open("rb") as stream:
        await receive(
            engine,
            settings,
            FOLDER_VIEWER,
            stream=stream,
            file_name=claim.name,
            profile="canonical",
            import_id=claim.parent.name,
        )
    await watch.run(EVERY, once=True)
    assert names(folder) == ["done/01A.csv", "done/01B.csv"]
    assert list((folder / ".work").iterdir()) == []
    jobs = await list_jobs(engine)
    assert sorted(job.id[:3] for job in jobs) == ["01A", "01B"]
    counts = [(job.checkpoint.counts.created, job.checkpoint.counts.unchanged) for job in jobs]
    assert sorted(counts) == [(0, 1), (1, 0)]


async def test_one_process_at_a_time(folder: Path) -> None:
    with alone(folder), pytest.raises(WatchedElsewhereError, match="уже следит"), alone(folder):
        pass
    with alone(folder):
        pass


async def test_an_unknown_kind_is_told_at_once(
    engine: Engine, settings: Settings, folder: Path
) -> None:
    with pytest.raises(BadInputError, match="Нет вида загрузки"):
        await Watch(engine, settings, folder, "нет такого").check()


async def test_an_engine_that_is_away_loses_nothing(
    settings: Settings, engine: Engine, folder: Path
) -> None:
    write_csv(folder / "a.csv", [row(1)])
    away_settings = settings.model_copy(update={"es_url": "http://127.0.0.1:9"})
    away = Engine(away_settings)
    try:
        with pytest.raises(EngineUnavailableError):
            await Watch(away, away_settings, folder, "canonical").run(EVERY, once=True)
    finally:
        await away.close()
    assert len(list((folder / ".work").rglob("a.csv"))) == 1
    await Watch(engine, settings, folder, "canonical").run(EVERY, once=True)
    assert names(folder) == ["done/a.csv"]
    assert len(await stored_cases(engine)) == 1


async def test_a_file_taken_away_while_looked_at_is_no_error(watch: Watch, folder: Path) -> None:
    path = write_csv(folder / "a.csv", [row(1)])
    await watch.look()
    path.unlink()
    assert await watch.look() == 0
