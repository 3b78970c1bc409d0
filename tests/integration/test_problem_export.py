"""The list of problems as a file: its order, its filters, the numbers its reader sees."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from python_calamine import CalamineWorkbook

from app.board import service as board
from app.board.results import Row, Told
from app.cases.directory import Directory
from app.engine.client import Engine
from app.errors import BadInputError, ForbiddenError
from app.exports import service
from app.exports.files import ExportFiles
from app.exports.models import ExportFormat, ExportJob, ExportKind, ExportState
from app.exports.problems import PROBLEMS_SHEET, line_of
from app.exports.repository import EXPORTS
from app.permissions import Permission
from app.problems.models import ProblemState
from app.settings import Settings
from app.viewer import Viewer
from indexers.exports.run import run_export
from tests.auditing import lines as journal
from tests.boarding import NOW, TOWN, problem, store_growth, store_member, store_problems
from tests.casework import COORDINATOR, EXECUTOR, HEAD
from tests.noticing import add_person

TITLES = [column.title for column in PROBLEMS_SHEET.columns]


@pytest.fixture
async def town(engine: Engine) -> Engine:
    await add_person(engine, "koord")
    await store_problems(
        engine,
        problem(1, growing=True, owner="koord"),
        problem(2, title='=HYPERLINK("http://зло","жми")', settlement="@Слобода"),
        problem(3, last_at=NOW - timedelta(days=35), theme="Снег", state=ProblemState.IN_WORK),
        problem(4, last_at=NOW - timedelta(days=9)),
        problem(5, state=ProblemState.MERGED, merged_into="p1"),
        problem(6, seen_by=["чужой|*|*"]),
    )
    for number in range(1, 4):
        await store_member(engine, number, "p1", days_ago=number)
    await store_member(engine, 4, "p2")
    await store_growth(engine, "p1")
    return engine


async def made(
    engine: Engine,
    settings: Settings,
    viewer: Viewer = COORDINATOR,
    file_format: ExportFormat = ExportFormat.CSV,
    **asked: str,
) -> ExportJob:
    job = await service.ask(engine, viewer, asked.items(), file_format, ExportKind.PROBLEMS)
    await run_export(engine, settings, job.id)
    return (await EXPORTS.get(engine, job.id)).job


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def ids(settings: Settings, job: ExportJob) -> list[str]:
    return [one["Ссылка"].rpartition("/")[2] for one in rows(ExportFiles(settings, job).result)]


@pytest.mark.parametrize("page", [2, 4, 200])
async def test_the_file_has_the_list_in_its_order_however_it_is_read(
    town: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(board, "WALK_PAGE", page)
    job = await made(town, settings, page="3", size="10")
    assert (job.state, job.total, job.done) == (ExportState.DONE, 4, 4)
    assert ids(settings, job) == ["p1", "p2", "p4", "p3"]
    narrowed = await made(town, settings, theme="Ямы", show="growing", municipality=TOWN)
    assert ids(settings, narrowed) == ["p1"]
    assert ids(settings, await made(town, settings, theme="Нет такой")) == []


async def test_numbers_are_those_the_reader_sees_and_nothing_is_a_formula(
    town: Engine, settings: Settings
) -> None:
    first, second, *_ = rows(ExportFiles(settings, await made(town, settings)).result)
    assert list(first) == TITLES
    assert first["Растёт"].replace("\u00a0", " ") == "2 за 3 дня, обычно 0,1"
    assert (first["Сообщений"], first["Не закрыто"], second["Сообщений"]) == ("3", "3", "1")
    assert first["Ответственный"] == "Петрова А. И."
    assert second["Проблема"].startswith("'=HYPERLINK")
    assert second["Населённый пункт"] == "'@Слобода"

    book = await made(town, settings, file_format=ExportFormat.XLSX)
    table = CalamineWorkbook.from_path(ExportFiles(settings, book).result).get_sheet_by_index(0)
    line = dict(zip(TITLES, table.to_python()[2], strict=True))
    assert line["Проблема"] == '=HYPERLINK("http://зло","жми")'
    assert line["Сообщений"] == 1, "a number, to sort and to add by"

    part = rows(ExportFiles(settings, await made(town, settings, HEAD)).result)[0]
    assert part["Растёт"] == first["Растёт"], "counted over the cases this person sees"
    unseen = line_of(Row(problem(1, growing=True), Told()), Directory())
    assert unseen["growth"] == "да", "it grows by cases of others"


async def test_who_may_not_see_or_take_away_asks_in_vain(town: Engine, settings: Settings) -> None:
    blind = replace(COORDINATOR, permissions=frozenset({Permission.SEARCH_EXPORT}))
    for viewer in (EXECUTOR, blind, None):
        with pytest.raises(ForbiddenError):
            await service.ask(town, viewer, [], ExportFormat.CSV, ExportKind.PROBLEMS)
    with pytest.raises(BadInputError):
        await service.ask(
            town, COORDINATOR, [("show", "odd")], ExportFormat.CSV, ExportKind.PROBLEMS
        )
    job = await made(town, settings, theme="Ямы")
    await service.take(town, settings, COORDINATOR, job.id)
    told = [(one["what"], one["object_id"]) for one in await journal(town)]
    assert told == [("export.asked", job.id), ("export.downloaded", job.id)]
