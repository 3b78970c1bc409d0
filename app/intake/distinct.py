"""Which values a column holds and how often: what a person translates in the wizard."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from msgspec import Struct

from app.intake.tables import load_table, number_headers, rows
from app.intake.values import cell_text

LOOKED_AT = 10_000
"""Rows: about 0.3 s of reading; a value rarer than that is counted as unknown after the load."""
MOST_VALUES = 50
LONGEST_VALUE = 100
"""Characters of a status or a channel; longer cells are texts and no codes."""
_MOST_COUNTED = 2_000
"""Different values kept while counting: more means the column holds no codes."""


class ColumnValues(Struct, frozen=True):
    """The most frequent first; `more` tells that some are not shown."""

    values: list[tuple[str, int]]
    more: bool = False
    too_long: bool = False
    """Some cells are longer than any code: the column is probably matched wrongly."""


def distinct_values(rows_file: Path, columns: Mapping[str, str]) -> dict[str, ColumnValues]:
    """Values of `columns` (field → numbered header) in the first rows; blocks, run it in a thread.

    A header that is not in the table is left out.
    """
    headers = number_headers(load_table(rows_file).header)
    positions = {text: position for position, text in enumerate(headers)}
    wanted = {name: positions[text] for name, text in columns.items() if text in positions}
    if not wanted:
        return {}
    counts: dict[str, Counter[str]] = {name: Counter() for name in wanted}
    too_long: set[str] = set()
    for row in islice(rows(rows_file), LOOKED_AT):
        for name, position in wanted.items():
            value = cell_text(row.cells[position]) if position < len(row.cells) else ""
            if len(value) > LONGEST_VALUE:
                too_long.add(name)
            elif value.strip() and (value in counts[name] or len(counts[name]) < _MOST_COUNTED):
                counts[name][value] += 1
    return {
        name: ColumnValues(
            counter.most_common(MOST_VALUES), len(counter) > MOST_VALUES, name in too_long
        )
        for name, counter in counts.items()
    }
