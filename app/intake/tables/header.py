"""Which row holds the headings, and headings made comparable."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from app.intake.tables.model import BadTableError

SEARCHED_ROWS = 30
"""Reports carry titles, periods and signatures above the table; none seen was longer."""

LONGEST_HEADING = 200

_NEARLY_ALL = 0.6
"""Rows of data may hold more texts than a heading with gaps; a title holds one or two."""

Expected = Collection[frozenset[str] | str]
"""Normalised headings to look for; a frozenset holds the spellings of one column."""

_DROPPED = re.compile("[\"'`«»„“”‘’\ufeff\u200b\u00ad:]")
_LETTER = re.compile(r"[^\W\d_]|№")
_SPACES = re.compile(r"\s+")


def normalise_header(text: str) -> str:
    """Case, ё, quotes, apostrophes, colons, line breaks and runs of spaces do not tell apart."""
    plain = _DROPPED.sub(" ", text.casefold().replace("ё", "е"))
    return _SPACES.sub(" ", plain).strip()


def number_headers(headers: Sequence[str]) -> list[str]:
    """Repeated headings get «X (2)»; an empty one becomes «Столбец N». The result has no repeats.

    Two headings are the same when they are after `normalise_header`.
    """
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    result = []
    for position, header in enumerate(headers, start=1):
        name = _SPACES.sub(" ", header).strip() or f"Столбец {position}"
        key = normalise_header(name)
        seen[key] += 1
        numbered = name if seen[key] == 1 else f"{name} ({seen[key]})"
        while normalise_header(numbered) in taken:
            seen[key] += 1
            numbered = f"{name} ({seen[key]})"
        taken.add(normalise_header(numbered))
        result.append(numbered)
    return result


class Heading(msgspec.Struct, frozen=True):
    """`index` counts within the sample, `matches` the expected columns found."""

    index: int
    matches: int
    texts: int
    names: tuple[str, ...]


def find_heading(sample: Sequence[list[Any]], expected: Expected) -> Heading | None:
    """The row with the most expected headings; failing that, the first one nearly full of texts.

    One expected heading alone proves little (a title may read «Тема»), so two are asked for where
    more than one is expected. Of equals the upper row wins.
    """
    needed = min(2, len(expected))
    rows = []
    for index, cells in enumerate(sample):
        texts = sum(1 for cell in cells if _is_heading(cell))
        matches = _matches(cells, expected) if expected else 0
        rows.append(Heading(index, matches if matches >= needed else 0, texts, _names(cells)))
    best = max(rows, key=lambda row: row.matches, default=None)
    if best is None or best.matches:
        return best
    enough = _NEARLY_ALL * max(row.texts for row in rows)
    return next((row for row in rows if row.texts >= enough and row.texts), None)


def no_heading() -> BadTableError:
    return BadTableError(
        "no_header",
        "В таблице не нашлась строка с названиями столбцов. Добавьте её над данными.",
    )


def _is_heading(cell: Any) -> bool:
    return isinstance(cell, str) and len(cell) <= LONGEST_HEADING and bool(_LETTER.search(cell))


def _matches(cells: list[Any], expected: Expected) -> int:
    row = {normalise_header(cell) for cell in cells if isinstance(cell, str)}
    return sum(
        1
        for item in expected
        if (item in row if isinstance(item, str) else not item.isdisjoint(row))
    )


def _names(cells: list[Any]) -> tuple[str, ...]:
    return tuple("" if cell is None else _text(cell) for cell in cells)


def _text(cell: Any) -> str:
    value = next(iter(cell.values())) if isinstance(cell, dict) else cell
    return str(value)[:LONGEST_HEADING]
