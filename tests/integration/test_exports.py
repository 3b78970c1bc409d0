"""Exports on the real engine: exactly the rows of the result, whole or not at all."""

import csv
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from app.cases.models import Answer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, ForbiddenError, NotFoundError, StorageUnavailableError
from app.exports import service
from app.exports.columns import COLUMNS
from app.exports.files import ExportFiles
from app.exports.models import ExportFormat, ExportJob, ExportState
from app.exports.query import own_exports
from app.exports.repository import EXPORTS, finished_before
from app.permissions import Permission
from app.search import service as search_service
from app.search.params import parse_params
from app.search.service import search
from app.settings import Settings
from app.viewer import LOCAL_VIEWER, Viewer
from cli.exports import export
from indexers.exports import tables
from indexers.exports.run import run_export
from indexers.exports.tables import XlsxWriter
from tests.integration.search_corpus import at, case, filled

MANY = 12_340
TITLES = [column.title for column in COLUMNS]


@pytest.fixture
async def town(settings: Settings) -> AsyncIterator[Engine]:
    cases = [
        case(1, "=2+2", title="+7", place=at("Ленина", "35"), result="@мэр"),
        case(
            2,
            "Яма 🔥 на дороге\nу школы\x01",
            answers=[Answer("1", "Засыпали", by="ЖКХ", at=datetime(2026, 3, 5, tzinfo=UTC))],
        ),
        *[case(number, f"Свет мигает {number}") for number in range(10, 40)],
    ]
    async with filled(settings, cases) as engine:
        yield engine


async def made(
    engine: Engine, settings: Settings, file_format: ExportFormat = ExportFormat.XLSX, **asked: str
) -> ExportJob:
    job = await service.ask(engine, LOCAL_VIEWER, asked.items(), file_format)
    await run_export(engine, settings, job.id)
    return (await EXPORTS.get(engine, job.id)).job


def sheets(path: Path) -> list[list[list[object]]]:
    book = CalamineWorkbook.from_path(path)
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


async def test_a_workbook_has_the_rows_of_the_result(town: Engine, settings: Settings) -> None:
    job = await made(town, settings, q="свет", size="5", sort="-received_at")
    assert (job.state, job.total, job.done) == (ExportState.DONE, 30, 30)
    path = ExportFiles(settings, job).result
    assert job.file_size == path.stat().st_size
    assert [path.name for path in path.parent.iterdir()] == ["result.xlsx"]
    (rows,) = sheets(path)
    assert rows[0] == TITLES
    numbers = [row[0] for row in rows[1:]]
    assert numbers == [f"26-{number:06d}" for number in range(39, 9, -1)]
    assert rows[1][1] == datetime(2026, 3, 3, 1, 0)  # noqa: DTZ001 - Moscow's wall clock
    assert rows[1][TITLES.index("Ссылка")] == f"{settings.base_url}/cases/id-0039"


async def test_nothing_becomes_a_formula_and_no_author_is_named(
    town: Engine, settings: Settings
) -> None:
    book = await made(town, settings)
    text = await made(town, settings, ExportFormat.CSV)
    (rows,) = sheets(ExportFiles(settings, book).result)
    by_number = {row[0]: dict(zip(TITLES, row, strict=True)) for row in rows[1:]}
    assert by_number["26-000001"]["Текст"] == "=2+2"
    found = {line["Номер"]: line for line in lines(ExportFiles(settings, text).result)}
    assert found["26-000001"]["Текст"] == "'=2+2"
    assert found["26-000001"]["Заголовок"] == "'+7"
    assert found["26-000001"]["Итог"] == "'@мэр"
    assert found["26-000001"]["Адрес"] == "ул. Ленина, 35"
    assert found["26-000002"]["Ответы"] == "05.03.2026, ЖКХ: Засыпали"
    assert found["26-000002"]["Текст"].startswith("Яма 🔥 на дороге\nу школы")
    for path in (ExportFiles(settings, text).result,):
        kept = path.read_text(encoding="utf-8")
        assert not [word for word in ("Иванова", "9001234567", "maria@") if word in kept]


async def test_filters_loosening_and_scope_are_those_of_the_page(
    town: Engine, settings: Settings
) -> None:
    for asked in (
        {"q": "свет", "state": "new"},
        {"q": "мигает свет давно уже третью неделю подряд"},
        {"street": "Ленина"},
        {"q": "абракадабра"},
    ):
        shown = await search(town, parse_params(asked.items()), LOCAL_VIEWER, settings.zone)
        job = await made(town, settings, ExportFormat.CSV, **asked)
        assert len(lines(ExportFiles(settings, job).result)) == shown.total == job.done
    stranger = Viewer("stranger", permissions=frozenset({Permission.SEARCH_EXPORT}))
    job = await service.ask(town, stranger, [], ExportFormat.CSV)
    await run_export(town, settings, job.id)
    assert (await EXPORTS.get(town, job.id)).job.done == 0
    with pytest.raises(NotFoundError):
        await service.open_export(town, LOCAL_VIEWER, job.id)
    with pytest.raises(ForbiddenError):
        await service.ask(town, None, [], ExportFormat.CSV)
    with pytest.raises(BadInputError):
        await service.ask(town, LOCAL_VIEWER, [("state", "lost")], ExportFormat.CSV)


async def test_more_than_twelve_thousand_rows_and_writes_on_the_way(settings: Settings) -> None:
    cases = [case(number, f"Нет воды в доме {number}") for number in range(MANY)]
    async with filled(settings, cases) as engine:
        job = await service.ask(engine, LOCAL_VIEWER, [("q", "нет воды")], ExportFormat.CSV)
        walk = search_service.walk(
            engine, parse_params(job.pairs), LOCAL_VIEWER, settings.zone, ["number"]
        )
        first = await anext(walk)
        async with filled(settings, [case(99_999, "Нет воды вовсе")]):
            rest = [page async for page in walk]
        assert first.total == sum(len(page.cases) for page in [first, *rest]) == MANY
        await run_export(engine, settings, job.id)
        done = (await EXPORTS.get(engine, job.id)).job
        numbers = [line["Номер"] for line in lines(ExportFiles(settings, done).result)]
        assert done.total == done.done == len(numbers) == len(set(numbers)) == MANY + 1


async def test_a_killed_export_is_found_and_begins_anew(
    town: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_service, "WALK_PAGE", 10)
    job = await service.ask(town, LOCAL_VIEWER, [("q", "свет")], ExportFormat.XLSX)
    calls = itertools.count()
    whole = tables.XlsxWriter.add

    def dies(self: XlsxWriter, rows: list[list[tables.Cell]]) -> None:
        if next(calls) == 1:
            raise SystemExit
        whole(self, rows)

    monkeypatch.setattr(tables.XlsxWriter, "add", dies)
    with pytest.raises(SystemExit):
        await run_export(town, settings, job.id)
    interrupted = (await EXPORTS.get(town, job.id)).job
    assert (interrupted.state, interrupted.done) == (ExportState.RUNNING, 10)
    assert list(ExportFiles(settings, job).folder.iterdir()) == []
    await town.refresh(Index.EXPORTS)
    later = datetime.now(UTC) + timedelta(seconds=settings.lease_seconds + 1)
    assert await EXPORTS.abandoned(town, later) == [job.id]
    stored = await EXPORTS.get(town, job.id)
    await EXPORTS.replace(town, stored, lease_until=datetime.now(UTC))
    await run_export(town, settings, job.id)
    assert (await EXPORTS.get(town, job.id)).job.done == 30


async def test_a_stopped_export_leaves_no_file(
    town: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await service.ask(town, LOCAL_VIEWER, [], ExportFormat.CSV)
    await service.cancel(town, LOCAL_VIEWER, job.id)
    await run_export(town, settings, job.id)
    stopped = (await EXPORTS.get(town, job.id)).job
    assert stopped.state is ExportState.CANCELLED
    assert not ExportFiles(settings, stopped).folder.exists()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    job = await service.ask(town, LOCAL_VIEWER, [], ExportFormat.CSV)
    monkeypatch.setattr(tables.CsvWriter, "add", full)
    with pytest.raises(StorageUnavailableError):
        await run_export(town, settings, job.id)
    held_up = (await EXPORTS.get(town, job.id)).job
    assert held_up.trouble
    monkeypatch.undo()
    await run_export(town, settings, job.id)
    assert (await EXPORTS.get(town, job.id)).job.state is ExportState.DONE


async def test_old_files_are_removed(town: Engine, settings: Settings) -> None:
    job = await made(town, settings, ExportFormat.CSV)
    now = datetime.now(UTC)
    assert await service.drop_old(town, settings, now) == 0
    later = now + timedelta(days=settings.export_days, minutes=1)
    assert await finished_before(town, now + timedelta(minutes=1)) == [job.id]
    assert await service.drop_old(town, settings, later) == 1
    assert (await EXPORTS.get(town, job.id)).job.state is ExportState.EXPIRED
    assert not ExportFiles(settings, job).folder.exists()
    assert await service.drop_old(town, settings, later) == 0


async def test_the_list_is_the_viewers_own_and_newest_first(
    town: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE_SIZE", 2)
    clerk = Viewer("clerk", permissions=frozenset({Permission.SEARCH_EXPORT}))
    jobs = [await service.ask(town, clerk, [], ExportFormat.CSV) for _ in range(5)]
    hidden = await service.ask(town, Viewer("clerk-2", everything=True), [], ExportFormat.CSV)
    one_moment = jobs[0].created_at
    for job in jobs[:3]:  # their order is then that of their ids
        await EXPORTS.replace(town, await EXPORTS.get(town, job.id), created_at=one_moment)
    await town.refresh(Index.EXPORTS)
    seen: list[str] = []
    after = None
    while (found := await service.list_exports(town, clerk, after)).more or found.jobs:
        seen += [job.id for job in found.jobs]
        assert found.more is (len(seen) < len(jobs))
        after = seen[-1]
        if len(seen) < len(jobs):  # what is asked for meanwhile is newer than any later page
            await service.ask(town, clerk, [], ExportFormat.CSV)
    assert seen == [job.id for job in reversed(jobs)]
    assert await EXPORTS.newest(town, own_exports(None), size=10) == []
    with pytest.raises(ForbiddenError):
        await service.list_exports(town, None)
    with pytest.raises(NotFoundError):
        await service.list_exports(town, clerk, hidden.id)


def test_a_long_table_goes_on_in_the_next_sheet(tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    writer = XlsxWriter(target, most_rows=3)
    writer.add([[str(number), "я" * 40_000] for number in range(7)])
    writer.close()
    found = sheets(target)
    assert [[row[0] for row in sheet[1:]] for sheet in found] == [
        ["0", "1", "2"],
        ["3", "4", "5"],
        ["6"],
    ]
    assert all(sheet[0][: len(TITLES)] == TITLES for sheet in found)
    assert str(found[0][1][1]).endswith("я…")
    assert len(str(found[0][1][1])) == 32_767


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv"])
def test_the_command_writes_the_same(town: Engine, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    arguments = ["cases", "--q", "свет", "--filter", "state=new", "--out", str(target)]
    answer = CliRunner().invoke(export, arguments)
    assert answer.exit_code == 0, answer.output
    count = int(answer.output.splitlines()[-1].removeprefix("rows "))
    rows = lines(target) if name == "t.csv" else sheets(target)[0][1:]
    assert len(rows) == count > 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(("t", "."))] == [name]


@pytest.mark.parametrize(
    "arguments",
    [["cases"], ["cases", "--out", "a.txt"], ["cases", "--out", "a.csv", "--sort", "x"]],
)
def test_bad_usage_is_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(export, arguments).exit_code == 2
