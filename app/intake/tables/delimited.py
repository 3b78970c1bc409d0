"""CSV, TSV and their kin, streamed."""

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from app.intake.tables.encodings import TextForm, examine, text_lines
from app.intake.tables.header import SEARCHED_ROWS, Expected, find_heading
from app.intake.tables.model import MAX_CELL_CHARS, BadTableError, Limits
from app.intake.tables.store import too_many_columns

DELIMITERS = (";", ",", "\t", "|")

_SAMPLE_LINES = 200
_SAMPLE_CHARS = 2_000_000
_END = "\ue000end of file\ue000"
"""Fed after the last line: a row that is not exactly this shows a quote left open."""

_MOST_LINES_IN_ROW = 5_000
"""A message has tens of lines; thousands mean that a quote swallowed the rows below it."""

_SWALLOWED_COLUMNS = {",": 8}
_SWALLOWED_COLUMNS_ELSE = 4
"""From this width on a line with a delimiter for each column is a row, not a sentence."""


class Delimited:
    """One text file as a book of one sheet. `notes` and `encoding` are known at once."""

    format = "csv"
    sheets: tuple[tuple[str, bool], ...] = (("", False),)

    def __init__(self, path: Path, *, expected: Expected, limits: Limits) -> None:
        self._path = path
        self._form = examine(path)
        self._limits = limits
        self._declared, self.delimiter = _delimiter(path, self._form, expected)
        self.encoding: str | None = "utf-8 + cp1251" if self._mixed else self._form.encoding

    @property
    def _mixed(self) -> bool:
        return self._form.encoding == "mixed"

    def notes(self) -> Iterator[str]:
        if self._mixed:
            yield (
                "В файле смешаны кодировки UTF-8 и Windows-1251; "
                f"строк в Windows-1251: {self._form.foreign_lines}. Каждая прочитана по-своему."
            )
        if self._form.zero_bytes:
            yield "В файле были нулевые байты, они пропущены."

    def close(self) -> None:
        """Each reading opens and closes the file itself."""

    def count(self, index: int) -> int | None:
        """Nothing but the one sheet that is read anyway."""
        del index
        return None

    def rows(self, index: int = 0) -> Iterator[tuple[int, list[Any]]]:
        """Number of the record (blank lines count, as in Excel) and its cells."""
        del index
        lines = islice(text_lines(self._path, self._form), int(self._declared), None)
        numbers = _Records(lines)
        reader = csv.reader(numbers, delimiter=self.delimiter)
        csv.field_size_limit(MAX_CELL_CHARS)
        width = 0
        number = int(self._declared)
        while True:
            number += 1
            numbers.begin(number)
            cells = self._next(reader, number)
            if numbers.ended:
                if cells != [_END]:
                    raise _open_quote(number)
                return
            width = width or len(cells)
            self._check(cells, number, width)
            yield number, [cell or None for cell in cells]

    def _next(self, reader: Any, number: int) -> list[str]:
        try:
            return next(reader)
        except csv.Error as error:
            raise BadTableError(
                "cell_too_long",
                f"В строке {number} ячейка длиннее {MAX_CELL_CHARS:_} знаков. Проверьте, "
                "закрыты ли в ней кавычки.".replace("_", "\u00a0"),
            ) from error

    def _check(self, cells: list[str], number: int, width: int) -> None:
        if len(cells) > self._limits.columns and any(cells[self._limits.columns :]):
            raise too_many_columns(self._limits.columns)
        if width >= _SWALLOWED_COLUMNS.get(self.delimiter, _SWALLOWED_COLUMNS_ELSE):
            for cell in cells:
                if ("\n" in cell or "\r" in cell) and (len(cells) != width or cell.count('"') % 2):
                    self._refuse_swallowed(cell, number, width)

    def _refuse_swallowed(self, cell: str, number: int, width: int) -> None:
        """A cell with whole rows inside: its quote was closed by the quote of a later row."""
        if any(line.count(self.delimiter) >= width - 1 for line in cell.splitlines()[1:]):
            raise _open_quote(number)


class _Records:
    """Lines for `csv`, with the end marked and the lines of one record counted."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._number = 0
        self._taken = 0
        self.ended = False

    def begin(self, number: int) -> None:
        self._number, self._taken = number, 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._taken += 1
            if self._taken > _MOST_LINES_IN_ROW:
                raise _open_quote(self._number)
            yield line
        self.ended = True
        yield _END


def _open_quote(number: int) -> BadTableError:
    return BadTableError(
        "unbalanced_quote",
        f"В строке {number} открыта кавычка, которая не закрыта на своём месте: дальше строки "
        "слились. Исправьте её или сохраните таблицу в XLSX.",
    )


def _delimiter(path: Path, form: TextForm, expected: Expected) -> tuple[bool, str]:
    """Whether the first line declares it (`sep=;`, as Excel does), and the delimiter."""
    lines: list[str] = []
    for line in islice(text_lines(path, form), _SAMPLE_LINES):
        lines.append(line)
        if sum(map(len, lines)) > _SAMPLE_CHARS:
            break
    first = lines[0].strip().lower() if lines else ""
    if first.startswith("sep=") and first[4:] in (";", ",", "|"):
        return True, first[4:]
    best = max(DELIMITERS, key=lambda delimiter: _fitness(lines, delimiter, expected))
    return False, best


def _fitness(lines: list[str], delimiter: str, expected: Expected) -> tuple[int, float, int]:
    """Expected headings found, then share of rows of the commonest width, weighed by the width."""
    csv.field_size_limit(sys.maxsize)
    sample = list(islice(csv.reader(lines, delimiter=delimiter), _SAMPLE_LINES))
    rows = [row for row in sample if any(row)]
    if not rows:
        return 0, 0.0, 0
    heading = find_heading([list(row) for row in rows[:SEARCHED_ROWS]], expected)
    width, times = Counter(len(row) for row in rows).most_common(1)[0]
    share = times / len(rows) if width > 1 else 0.0
    return heading.matches if heading else 0, share * min(width, 60), width
