"""Rows on disk: JSON Lines `[row number, [cells…]]`, and back.

JSON has no dates, so a moment is `{"d": "2026-01-31T10:00:00"}` and a duration `{"t": seconds}`.
"""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BufferedWriter
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from app.intake.tables.model import BadTableError, Cell, Row, Table

FLUSH_BYTES = 1 << 20

WireCell = str | int | float | bool | dict[str, str] | dict[str, float] | None
"""A cell as it is written: what the readers of formats give."""

_DECODER = msgspec.json.Decoder(tuple[int, list[Any]])


def moment_cell(moment: datetime) -> dict[str, str]:
    return {"d": moment.isoformat()}


def duration_cell(duration: timedelta) -> dict[str, float]:
    return {"t": duration.total_seconds()}


def typed_cell(cell: Any) -> Cell:
    if type(cell) is not dict:
        return cell  # type: ignore[no-any-return]
    if "d" in cell:
        return datetime.fromisoformat(cell["d"])
    return timedelta(seconds=cell["t"])


class RowWriter:
    """Writes rows to an open file and counts them; stops the reading when nobody waits for it."""

    def __init__(self, file: BufferedWriter, *, max_rows: int, max_columns: int) -> None:
        self._file = file
        self._buffer = bytearray()
        self._encoder = msgspec.json.Encoder()
        self._max_rows = max_rows
        self._max_columns = max_columns
        self._parent = os.getppid()
        self.rows = 0
        self.columns = 0

    def write(self, number: int, cells: list[Any]) -> None:
        """`cells` has no empty cells at its end and is not empty."""
        if len(cells) > self.columns:
            self.columns = len(cells)
            if self.columns > self._max_columns:
                raise too_many_columns(self._max_columns)
        self.rows += 1
        if self.rows > self._max_rows:
            raise _too_many_rows(self._max_rows)
        self._encoder.encode_into([number, cells], self._buffer, len(self._buffer))
        self._buffer += b"\n"
        if len(self._buffer) > FLUSH_BYTES:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._file.flush()
        os.fsync(self._file.fileno())

    def _flush(self) -> None:
        if os.getppid() != self._parent:  # whoever asked has died: its heir will ask again
            raise SystemExit(1)
        self._file.write(self._buffer)
        self._buffer.clear()


def rows(target: Path, *, offset: int = 0) -> Iterator[Row]:
    """The rows of a converted table from a byte `offset` (0 or a `next_offset` seen before)."""
    with target.open("rb") as file:
        file.seek(offset)
        for line in file:
            offset += len(line)
            number, cells = _DECODER.decode(line)
            yield Row(number, [typed_cell(cell) for cell in cells], offset)


def preview(target: Path, n: int = 20) -> list[Row]:
    return list(islice(rows(target), n))


def table_path(target: Path) -> Path:
    """Where the description of a converted table lies: beside its rows."""
    return target.with_name(f"{target.name}.table")


def load_table(target: Path) -> Table:
    """What `convert` returned when it wrote `target`; FileNotFoundError where it never finished."""
    return msgspec.json.decode(table_path(target).read_bytes(), type=Table)


def too_many_columns(limit: int) -> BadTableError:
    return BadTableError(
        "too_many_columns",
        f"В таблице больше {limit} столбцов. Оставьте нужные столбцы и загрузите файл ещё раз.",
    )


def _too_many_rows(limit: int) -> BadTableError:
    shown = f"{limit:,}".replace(",", "\u00a0")
    return BadTableError(
        "too_many_rows",
        f"В таблице больше строк, чем можно загрузить за раз ({shown}). Разделите её на части.",
    )
