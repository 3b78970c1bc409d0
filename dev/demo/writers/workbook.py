"""One sheet, written row by row: memory stays the same whatever the number of rows."""

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import xlsxwriter

Cell = str | int | float | datetime | None
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - XLSX knows no zones; fixed so that bytes repeat


class SheetFile:
    """An XLSX file with a header row; the same rows give the same bytes."""

    def __init__(self, path: Path, sheet: str, header: list[str]) -> None:
        # rows wait unpacked beside the file: 1 KB a row, too much for a small /tmp
        options = {"constant_memory": True, "tmpdir": str(path.parent)}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.set_properties({"created": _CREATED, "title": ""})
        self._sheet = self._book.add_worksheet(sheet)
        self._moment = self._book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})
        self.rows = -1
        self.add(list(header))

    def add(self, cells: list[Cell]) -> None:
        self.rows += 1
        sheet, row = self._sheet, self.rows
        for column, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                sheet.write_string(row, column, cell)
            elif isinstance(cell, datetime):
                sheet.write_datetime(row, column, cell, self._moment)
            else:
                sheet.write_number(row, column, cell)

    def close(self) -> None:
        self._book.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
