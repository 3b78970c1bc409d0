"""Rows that were not loaded, as a table to mend and load again."""

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec
import xlsxwriter

from app.intake.files import ImportFiles
from app.intake.models import ImportJob, Rejection
from app.intake.tables import number_headers
from app.settings import Settings

_LEADING = ("Строка файла", "Столбец", "Причина")
_MOST_CELL = 32_767
"""What Excel holds in a cell; a longer text is cut in this file only."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula; an apostrophe before them is cleaned away
when the file is loaded again."""
_decoder = msgspec.json.Decoder(Rejection)


def read_rejects(settings: Settings, job: ImportJob) -> Iterator[Rejection]:
    """In the order of the file, as far as the last checkpoint counts them."""
    path = ImportFiles(settings, job.id).rejects
    left = job.checkpoint.rejects_size
    if left == 0:
        return
    with path.open("rb") as file:
        for line in file:
            left -= len(line)
            if left < 0:
                return
            yield _decoder.decode(line)


def write_rejects(settings: Settings, job: ImportJob, target: Path) -> int:
    """Writes row, column, reason and the original cells; returns the count of rows.

    A name that ends in `.csv` gives CSV (UTF-8 with a mark, commas), any other XLSX. Cells are
    text: nothing a stranger typed becomes a formula or a link.
    """
    lines = _lines(settings, job)
    header = [*_LEADING, *(number_headers(job.table.header) if job.table else [])]
    if target.suffix.lower() == ".csv":
        return _write_csv(target, header, lines)
    return _write_xlsx(target, header, lines)


def _lines(settings: Settings, job: ImportJob) -> Iterator[list[str]]:
    for rejection in read_rejects(settings, job):
        cells = [cell or "" for cell in rejection.cells]
        yield [str(rejection.row), rejection.column, rejection.reason, *cells]


def _write_csv(target: Path, header: list[str], lines: Iterator[list[str]]) -> int:
    count = 0
    with target.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for line in lines:
            writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in line])
            count += 1
    return count


def _write_xlsx(target: Path, header: list[str], lines: Iterator[list[str]]) -> int:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = 0
    with xlsxwriter.Workbook(str(target), options) as book:
        sheet = book.add_worksheet("Не загружено")
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        for count, (row, *cells) in enumerate(lines, start=1):
            sheet.write_number(count, 0, int(row))
            for position, cell in enumerate(cells, start=1):
                if cell:
                    sheet.write_string(count, position, cell[:_MOST_CELL])
    return count
