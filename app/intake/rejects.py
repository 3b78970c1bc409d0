"""Rows that were not loaded, as a table to mend and load again."""

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
    """Writes an XLSX with row, column, reason and the original cells; returns the count.

    Cells are written as text: nothing a stranger typed becomes a formula or a link.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = 0
    with xlsxwriter.Workbook(str(target), options) as book:
        sheet = book.add_worksheet("Не загружено")
        header = number_headers(job.table.header) if job.table else []
        sheet.write_row(0, 0, [*_LEADING, *header], book.add_format({"bold": True}))
        for count, rejection in enumerate(read_rejects(settings, job), start=1):
            sheet.write_number(count, 0, rejection.row)
            sheet.write_string(count, 1, rejection.column)
            sheet.write_string(count, 2, rejection.reason)
            for position, cell in enumerate(rejection.cells, start=len(_LEADING)):
                if cell:
                    sheet.write_string(count, position, cell[:_MOST_CELL])
    return count
