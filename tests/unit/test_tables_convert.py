"""Files read in their own process: values kept, sheets chosen, faults contained."""
# ruff: noqa: DTZ001 - a cell of a spreadsheet has no zone

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest
import xlsxwriter

from app.errors import BadFileError
from app.intake.tables import (
    BadTableError,
    Limits,
    Table,
    convert,
    inspect_upload,
    load_table,
    preview,
    rows,
    table_path,
)
from app.intake.tables.store import RowWriter
from app.intake.tables.workbook import date_kind
from tests.hostile.specimen import (
    HEADER,
    ROWS,
    csv_text,
    ods,
    ods_table,
    old_workbook,
    row_xml,
    sheet_xml,
    table_xml,
    workbook,
)


class Reader:
    """Writes content to a file, converts it, and gives what came of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.target = folder / "table.rows"

    def __call__(self, content: bytes | Path, **options: object) -> Table:
        source = content
        if isinstance(source, bytes):
            source = self.folder / "source"
            source.write_bytes(content)  # type: ignore[arg-type]
        return convert(source, self.target, filename="файл", **options)  # type: ignore[arg-type]

    def cells(self) -> list[list[object]]:
        return [list(row.cells) for row in rows(self.target)]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (workbook(), "xlsx"),
        (ods(ods_table()), "ods"),
        (old_workbook(), "xls"),
        (csv_text().encode(), "csv"),
        (csv_text().encode("cp1251"), "csv"),
        (csv_text().encode("utf-16"), "csv"),
    ],
)
def test_every_format_gives_the_same_rows(read: Reader, content: bytes, kind: str) -> None:
    table = read(content, expected=HEADER)
    assert (table.format, table.header, table.rows) == (kind, HEADER, len(ROWS))
    assert [tuple(cells) for cells in read.cells()] == list(ROWS)
    assert [row.number for row in rows(read.target)] == list(range(2, 8))
    assert load_table(read.target) == table


def test_values_of_excel_keep_their_types(read: Reader) -> None:
    path = read.folder / "book.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Лист1")
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})
    span = book.add_format({"num_format": "[h]:mm:ss"})
    clock = book.add_format({"num_format": "h:mm"})
    sheet.write_row(0, 0, ["Дата", "Срок", "Час", "Число", "Дробь", "Да", "Текст", "Сумма"])
    sheet.write_datetime(1, 0, datetime(2026, 1, 31, 10, 15, 20), moment)
    sheet.write_number(1, 1, 1.5, span)
    sheet.write_number(1, 2, 0.25, clock)
    sheet.write_number(1, 3, 90071992547409)
    sheet.write_number(1, 4, 0.1)
    sheet.write_boolean(1, 5, boolean=True)
    sheet.write_string(1, 6, "'строка\nвторая \x07")
    sheet.write_formula(1, 7, "=1+1", value=2)
    book.close()
    table = read(path)
    assert read.cells() == [
        [
            datetime(2026, 1, 31, 10, 15, 20),
            timedelta(days=1, hours=12),
            timedelta(hours=6),
            90071992547409,
            0.1,
            True,
            "'строка\nвторая \x07",
            2,
        ]
    ]
    assert table.notes == ("Нашлись формулы: взяты их последние посчитанные значения.",)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("dd.mm.yyyy", "moment"), ("mmm yy", "moment"), ("[$-419]d mmmm;@", "moment"),
        ("h:mm", "time"), ("mm:ss.0", "time"), ("[h]:mm", "duration"), ("0.00", None),
        ("General", None), ('# ##0"дней"', None), ("#,##0.00\\ [$₽-419]", None),
        ("[Red]0", None), ("@", None),
    ],
)  # fmt: skip
def test_formats_of_dates(code: str, kind: str | None) -> None:
    assert date_kind(code) == kind


def test_the_sheet_with_the_expected_columns_is_taken(read: Reader) -> None:
    cover = sheet_xml(table_xml([("Отчёт", "за", "февраль", "по", "всем", "темам"), ("1",) * 6]))
    table = read(workbook(cover, sheet_xml(table_xml())), expected=HEADER)
    assert table.sheet == "Лист2"
    assert [sheet.rows for sheet in table.sheets] == [2, 7]
    assert table.notes[0] == "Взят лист «Лист2», ещё есть листы: «Лист1»."
    assert read(workbook(cover, sheet_xml(table_xml())), sheet="Лист1").header[0] == "Отчёт"


def test_a_sheet_that_is_not_there(read: Reader) -> None:
    with pytest.raises(BadTableError, match=r"нет листа «Март».* «Лист1»") as caught:
        read(workbook(), sheet="Март")
    assert caught.value.reason == "wrong_sheet"
    assert isinstance(caught.value, BadFileError)


def test_titles_above_the_heading_and_gaps_between_rows(read: Reader) -> None:
    sheet = row_xml(1, ["Отчёт"]) + table_xml([HEADER], start=3) + row_xml(10, ROWS[0])
    table = read(workbook(sheet_xml(sheet)), expected=HEADER)
    assert table.header_row == 3
    assert table.notes == ("Над заголовком есть лишние строки (1–2), они пропущены.",)
    assert preview(read.target)[0].number == 10


def test_reading_goes_on_from_an_offset(read: Reader) -> None:
    read(csv_text().encode())
    whole = list(rows(read.target))
    for index, row in enumerate(whole):
        assert list(rows(read.target, offset=row.next_offset)) == whole[index + 1 :]


def test_mixed_code_pages_are_read_and_counted(read: Reader) -> None:
    lines = csv_text().splitlines(keepends=True)
    content = b"".join(
        line.encode("cp1251" if number in (2, 5) else "utf-8") for number, line in enumerate(lines)
    )
    table = read(content, expected=HEADER)
    assert [tuple(cells) for cells in read.cells()] == list(ROWS)
    assert "строк в Windows-1251: 2" in table.notes[0]


def test_a_quote_left_open_names_its_row(read: Reader) -> None:
    with pytest.raises(BadTableError, match="В строке 3 открыта кавычка"):
        read(csv_text().replace("Яма", '"Яма').encode())


def test_a_cell_of_200000_letters(read: Reader) -> None:
    long = "и" * 200_000
    read(csv_text([HEADER, (*ROWS[0][:4], long)]).encode())
    assert read.cells()[0][4] == long
    read(workbook(sheet_xml(table_xml([HEADER, (*ROWS[0][:4], long)]))))
    assert read.cells()[0][4] == long


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(rows=5), "too_many_rows"),
        (Limits(columns=4), "too_many_columns"),
        (Limits(unpacked_mb=0), "zip_bomb"),
        (Limits(seconds=0.001), "timeout"),
    ],
)
def test_limits(read: Reader, limits: Limits, reason: str) -> None:
    with pytest.raises(BadTableError) as caught:
        read(workbook(), limits=limits)
    assert caught.value.reason == reason


def test_memory_of_the_reading_is_bounded(read: Reader) -> None:
    content = ods('<table:table table:name="A">' + _filled(200_000, 150) + "</table:table>")
    with pytest.raises(BadTableError) as caught:
        read(content, limits=Limits(memory_mb=150))
    assert caught.value.reason == "memory"


def _filled(tall: int, wide: int) -> str:
    return (
        f'<table:table-row table:number-rows-repeated="{tall}"><table:table-cell '
        f'table:number-columns-repeated="{wide}" office:value-type="string">'
        "<text:p>очень длинное значение ячейки</text:p></table:table-cell></table:table-row>"
    )


def test_a_refusal_leaves_the_earlier_table(read: Reader) -> None:
    table = read(workbook())
    before = read.target.read_bytes()
    with pytest.raises(BadTableError):
        read(workbook()[:500])
    assert read.target.read_bytes() == before
    assert load_table(read.target) == table
    assert sorted(path.name for path in read.folder.iterdir()) == [
        "source",
        "table.rows",
        "table.rows.table",
    ]


def test_leftovers_of_a_killed_worker_are_dropped(read: Reader) -> None:
    leftover = read.folder / ".table.rows.0123.part"
    leftover.write_bytes(b"half")
    read(workbook())
    assert not leftover.exists()


def test_a_killed_reader_is_a_refusal(read: Reader) -> None:
    stopped = threading.Event()
    killer = threading.Thread(target=_kill_readers, args=(stopped,))
    killer.start()
    try:
        filled = "".join(row_xml(number, ROWS[0]) for number in range(2, 60_000))
        with pytest.raises(BadTableError) as caught:
            read(workbook(sheet_xml(row_xml(1, HEADER) + filled)))
    finally:
        stopped.set()
        killer.join()
    assert caught.value.reason in ("memory", "broken")
    assert not table_path(read.target).exists()


def _kill_readers(stopped: threading.Event) -> None:
    """Kills the children of this very process that read tables."""
    while not stopped.is_set():
        for child in psutil.Process().children():
            with suppress(psutil.NoSuchProcess):
                if "app.intake.tables.reader" in child.cmdline():
                    child.send_signal(signal.SIGSEGV)
        time.sleep(0.02)


def test_a_full_disk_is_not_blamed_on_the_file(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(workbook())
    with pytest.raises(OSError, match="No such file"):
        convert(tmp_path / "source", tmp_path / "none" / "t.rows", filename="x")


def test_the_writer_stops_when_its_parent_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "rows").open("wb") as file:
        writer = RowWriter(file, max_rows=10, max_columns=10)
        writer.write(1, ["x"])
        monkeypatch.setattr(os, "getppid", lambda: 1)
        with pytest.raises(SystemExit):
            writer.close()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "Файл пустой"),
        (b"%PDF-1.4", "a.xlsx", "документ PDF.*По имени это Excel"),
        (b"<html><table></table>", "a.xls", "веб-страница"),
        (workbook()[:300], "a.xlsx", "обрывается"),
    ],
)
def test_quick_look(tmp_path: Path, content: bytes, name: str, words: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(BadTableError, match=words):
        inspect_upload(path, name)


def test_quick_look_lets_tables_pass(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    makers: list[Callable[[], bytes]] = [workbook, old_workbook, lambda: csv_text().encode()]
    for make in makers:
        path.write_bytes(make())
        assert inspect_upload(path, "x") in ("xlsx", "xls", "csv")
