"""Tables of any length written row by row: texts and whole numbers, and no formula among them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from app.exports.columns import CASES_SHEET, Cell, Sheet
from app.exports.models import ExportFormat

MOST_ROWS = 1_048_575
"""Rows of a sheet under its heading, as Excel has them."""
_MOST_CELL = 32_767
"""What Excel holds in a cell; a longer text is cut in XLSX and whole in CSV."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula when it opens CSV."""
_MOMENT = "%d.%m.%Y %H:%M"
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class Writer(Protocol):
    def add(self, rows: Sequence[Sequence[Cell]]) -> None: ...

    def close(self) -> None:
        """The file is whole only after this. Raises `OSError`, as `add` does."""


def open_writer(file_format: ExportFormat, target: Path, sheet: Sheet = CASES_SHEET) -> Writer:
    if file_format is ExportFormat.CSV:
        return CsvWriter(target, sheet)
    return XlsxWriter(target, sheet)


class CsvWriter:
    """UTF-8 with a mark and semicolons: Excel with Russian settings opens it by a click."""

    def __init__(self, target: Path, sheet: Sheet = CASES_SHEET) -> None:
        self._file = target.open("w", newline="", encoding="utf-8-sig", errors="replace")
        self._writer = csv.writer(self._file, delimiter=";")
        self._writer.writerow([column.title for column in sheet.columns])

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._writer.writerows([_plain(cell) for cell in row] for row in rows)

    def close(self) -> None:
        self._file.close()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return str(cell)
    text = cell if isinstance(cell, str) else cell.strftime(_MOMENT)
    return f"'{text}" if text.startswith(_FORMULA) else text


class XlsxWriter:
    """One row in memory; a result longer than a sheet goes on in the next one."""

    def __init__(
        self, target: Path, kind: Sheet = CASES_SHEET, *, most_rows: int = MOST_ROWS
    ) -> None:
        self._kind = kind
        options = {**_OPTIONS, "tmpdir": str(target.parent)}
        self._book = xlsxwriter.Workbook(str(target), options)
        self._bold = self._book.add_format({"bold": True})
        self._moment = self._book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        self._most_rows = most_rows
        self._sheets = 0
        self._sheet = self._next_sheet()

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        for row in rows:
            if self._row == self._most_rows:
                self._sheet = self._next_sheet()
            self._row += 1
            for position, cell in enumerate(row):
                self._write(position, cell)

    def close(self) -> None:
        try:
            self._book.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error

    def _next_sheet(self) -> Any:
        self._sheets += 1
        self._row = 0
        title = self._kind.title
        name = title if self._sheets == 1 else f"{title} {self._sheets}"
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        for position, column in enumerate(self._kind.columns):
            sheet.set_column(position, position, column.width)
        sheet.write_row(0, 0, [column.title for column in self._kind.columns], self._bold)
        return sheet

    def _write(self, position: int, cell: Cell) -> None:
        if isinstance(cell, str):
            if cell:
                self._sheet.write_string(self._row, position, _fitting(cell))
        elif isinstance(cell, int):
            self._sheet.write_number(self._row, position, cell)
        elif cell is not None:
            self._sheet.write_datetime(self._row, position, cell, self._moment)


def _fitting(text: str) -> str:
    """Excel counts UTF-16; half characters, which no file may hold, become «?»."""
    clean = text.encode("utf-8", "replace").decode()
    if len(clean) * 2 <= _MOST_CELL:
        return clean
    octets = clean.encode("utf-16-le")
    if len(octets) <= _MOST_CELL * 2:
        return clean
    return octets[: (_MOST_CELL - 1) * 2].decode("utf-16-le", "ignore") + "…"
