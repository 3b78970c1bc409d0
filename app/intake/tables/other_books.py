"""XLS, XLSB and ODS by calamine. It builds a sheet in memory, so limits are set from outside."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine as calamine

from app.intake.tables.kinds import Kind
from app.intake.tables.model import MAX_CELL_CHARS, BadTableError, Limits
from app.intake.tables.package import Package, damaged, encrypted, feed, safe_parser
from app.intake.tables.sheet import number
from app.intake.tables.store import duration_cell, moment_cell


class OtherBook:
    """A workbook of an older or binary format. Formulas give their last counted values."""

    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, path: Path, kind: Kind, *, limits: Limits) -> None:
        self.format = kind
        if kind != "xls":
            _check_package(Package(path, unpacked_mb=limits.unpacked_mb))
        try:
            # by its bytes: given a path, calamine believes the name
            self._file = path.open("rb")
            self._book = calamine.load_workbook(self._file)
            metadata = self._book.sheets_metadata
        except calamine.PasswordError as error:
            raise encrypted() from error
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise damaged() from error
        wanted = calamine.SheetTypeEnum.WorkSheet
        visible = calamine.SheetVisibleEnum.Visible
        self.sheets = [(s.name, s.visible != visible) for s in metadata if s.typ == wanted]
        if not self.sheets:
            raise BadTableError("empty", "В файле нет листов с данными. Выгрузите его ещё раз.")

    def close(self) -> None:
        self._book.close()
        self._file.close()

    def rows(self, index: int) -> Iterator[tuple[int, list[Any]]]:
        try:
            sheet = self._book.get_sheet_by_name(self.sheets[index][0])
            if sheet.start is None:
                return
            for row, cells in enumerate(sheet.iter_rows(), start=1):
                converted = [_cell(cell) for cell in cells]
                if any(cell is not None for cell in converted):
                    yield row, converted
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise damaged() from error

    def count(self, index: int) -> int | None:
        try:
            return self._book.get_sheet_by_name(self.sheets[index][0]).total_height
        except (calamine.CalamineError, OSError, ValueError):  # a courtesy, not the sheet asked for
            return None

    def notes(self) -> Iterator[str]:
        yield from ()


def _check_package(package: Package) -> None:
    """Unpacks everything once, counting: calamine itself would unpack without a limit."""
    for name in package.names():
        chunks = package.chunks(name)
        if name.endswith((".xml", ".rels")):
            for _ in feed(safe_parser(), chunks):
                pass
        else:
            for _ in chunks:
                pass


def _cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell[:MAX_CELL_CHARS] if cell and not cell.isspace() else None
    if isinstance(cell, float):
        return number(repr(cell))
    if isinstance(cell, datetime):
        return moment_cell(cell)
    if isinstance(cell, date):
        return moment_cell(datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001 - wall clock
    if isinstance(cell, time):
        return duration_cell(
            timedelta(
                hours=cell.hour,
                minutes=cell.minute,
                seconds=cell.second,
                microseconds=cell.microsecond,
            )
        )
    return duration_cell(cell) if isinstance(cell, timedelta) else cell
