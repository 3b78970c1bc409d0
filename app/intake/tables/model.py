"""What reading a table gives, what it may cost, and how it fails."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec

from app.errors import BadFileError

if TYPE_CHECKING:  # the reading process must start without loading the settings library
    from app.settings import Settings

Cell = str | int | float | bool | datetime | timedelta | None
"""A value as the file holds it. A datetime is naive: the wall clock the author of the file saw."""

MAX_COLUMNS = 200
"""The widest table known here is the 47 columns of «Инцидент менеджмент»; 200 leaves room."""

MAX_CELL_CHARS = 1_000_000
"""Excel holds 32,767 characters a cell; other programs more. Rules of rows judge the rest."""

Reason = Literal[
    "not_a_table",
    "encrypted",
    "truncated",
    "broken",
    "zip_bomb",
    "wrong_sheet",
    "no_header",
    "missing_columns",
    "too_many_rows",
    "too_many_columns",
    "cell_too_long",
    "unbalanced_quote",
    "empty",
    "too_large",
    "timeout",
    "memory",
]


class BadTableError(BadFileError):
    """A file that cannot be read as a table; `reason` is stable, the sentence is for people."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message, field="file")
        self.reason: Reason = reason


class Limits(msgspec.Struct, frozen=True):
    """What one file may cost. Sizes are in MiB, `seconds` is wall clock of the reading process."""

    unpacked_mb: int = 2048
    rows: int = 1_000_000
    seconds: float = 300
    memory_mb: int = 2048
    columns: int = MAX_COLUMNS

    @classmethod
    def of(cls, settings: "Settings") -> "Limits":
        return cls(
            unpacked_mb=settings.unpacked_max_mb,
            rows=settings.import_max_rows,
            seconds=settings.import_read_seconds,
            memory_mb=settings.import_read_memory_mb,
        )


class Sheet(msgspec.Struct, frozen=True):
    """`rows` counts all rows of the sheet; None where counting would have cost a full reading."""

    name: str
    rows: int | None = None


class Table(msgspec.Struct, frozen=True):
    """What was found in a file; the rows themselves lie in the target of `convert`."""

    format: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    sheets: tuple[Sheet, ...]
    header_row: int
    """Counted from 1, as a spreadsheet shows it."""
    header: tuple[str, ...]
    """As written in the file; a column without a heading is an empty string."""
    columns: int
    """Of the widest row: more than the heading has, where rows hold extra cells."""
    rows: int
    """Rows with anything in them, below the heading."""
    notes: tuple[str, ...] = ()
    """Sentences for the person who loads the file."""


class Row(msgspec.Struct, frozen=True):
    """`number` is the row of the file, `next_offset` the byte from which reading may go on."""

    number: int
    cells: list[Cell]
    next_offset: int
