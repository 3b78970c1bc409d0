"""The process that reads one file and may die of it: `python -m app.intake.tables.reader`.

It takes a `Request` as JSON on standard input and answers with an `Outcome` on standard output.
Its imports are few: a start costs about 0.1 s.
"""

import resource
import sys
from collections.abc import Iterator
from itertools import islice
from math import ceil
from pathlib import Path
from typing import Any, Protocol

import msgspec

from app.intake.tables.exchange import Outcome, Request
from app.intake.tables.header import SEARCHED_ROWS, Expected, Heading, find_heading, no_heading
from app.intake.tables.kinds import recognise
from app.intake.tables.model import BadTableError, Limits, Sheet, Table
from app.intake.tables.store import RowWriter

MOST_SAMPLED = 60
_NAMES_SHOWN = 4
_NAME_CHARS = 40


class Book(Protocol):
    """What the formats have in common. `sheets` are names and whether they are hidden."""

    format: Any
    encoding: str | None
    delimiter: Any

    @property
    def sheets(self) -> Any: ...
    def rows(self, index: int) -> Iterator[tuple[int, list[Any]]]: ...
    def count(self, index: int) -> int | None: ...
    def notes(self) -> Iterator[str]: ...
    def close(self) -> None: ...


def read_table(request: Request) -> Table:
    """Writes the rows and describes them. Raises BadTableError and OSError."""
    expected: Expected = [frozenset(names) for names in request.expected]
    book = _open(request, expected)
    try:
        index, heading = _choose(book, expected, request.sheet)
        with Path(request.part).open("wb") as file:
            limits = request.limits
            writer = RowWriter(file, max_rows=limits.rows, max_columns=limits.columns)
            copy = _Copy(book, index, heading, writer)
            copy.run()
            writer.close()
        return copy.table()
    finally:
        book.close()


def _open(request: Request, expected: Expected) -> Book:
    path = Path(request.source)
    kind = recognise(path)
    if kind == "csv":
        from app.intake.tables.delimited import Delimited

        return Delimited(path, expected=expected, limits=request.limits)
    if kind == "xlsx":
        from app.intake.tables.workbook import Workbook

        return Workbook(path, limits=request.limits, scratch=Path(request.part).parent)
    from app.intake.tables.other_books import OtherBook

    return OtherBook(path, kind, limits=request.limits)


def _choose(book: Book, expected: Expected, wanted: str | None) -> tuple[int, Heading]:
    """The sheet and its heading: the one asked for, else the most expected columns, else texts."""
    names = [name for name, _ in book.sheets]
    if wanted is not None and wanted not in names:
        raise BadTableError(
            "wrong_sheet", f"В файле нет листа «{_short(wanted)}». Есть: {_listed(names)}."
        )
    candidates = range(len(names)) if wanted is None else [names.index(wanted)]
    best: tuple[tuple[int, bool, int], int, Heading] | None = None
    failure: BadTableError | None = None
    for index in candidates[:MOST_SAMPLED]:
        try:
            sample = [cells for _, cells in islice(book.rows(index), SEARCHED_ROWS)]
        except BadTableError as error:
            failure = failure or error
            continue
        heading = find_heading(sample, expected)
        if heading is not None:
            mark = (heading.matches, not book.sheets[index][1], heading.texts)
            if best is None or mark > best[0]:
                best = (mark, index, heading)
        elif sample:
            failure = failure or no_heading()
    if best is None:
        raise failure or BadTableError("empty", "В таблице нет ни одной строки.")
    return best[1], best[2]


class _Copy:
    """Copies the rows below the heading and remembers what to say about them."""

    def __init__(self, book: Book, index: int, heading: Heading, writer: RowWriter) -> None:
        self._book = book
        self._index = index
        self._heading = heading
        self._writer = writer
        self._header_row = 0
        self._first_row = 0
        self._header: tuple[str, ...] = ()
        self._wider = 0
        self._seen = 0

    def run(self) -> None:
        for number, cells in self._book.rows(self._index):
            while cells and cells[-1] is None:
                cells.pop()
            if self._seen == 0:
                self._first_row = number
            if self._seen == self._heading.index:
                self._take_header(number)
            elif self._seen > self._heading.index and cells:
                self._wider += len(cells) > len(self._header)
                self._writer.write(number, cells)
            self._seen += 1
        if not self._writer.rows:
            raise BadTableError(
                "empty", "В таблице есть заголовок, но под ним нет ни одной строки с данными."
            )

    def _take_header(self, number: int) -> None:
        names = list(self._heading.names)
        while names and not names[-1].strip():
            names.pop()
        self._header_row, self._header = number, tuple(names)

    def table(self) -> Table:
        name = self._book.sheets[self._index][0]
        return Table(
            format=self._book.format,
            encoding=self._book.encoding,
            delimiter=self._book.delimiter,
            sheet=name or None,
            sheets=tuple(self._sheets()),
            header_row=self._header_row,
            header=self._header,
            columns=max(len(self._header), self._writer.columns),
            rows=self._writer.rows,
            notes=tuple(self._notes()),
        )

    def _sheets(self) -> Iterator[Sheet]:
        for index, (name, _) in enumerate(self._book.sheets):
            if name:
                own = index == self._index
                yield Sheet(name, self._seen if own else self._book.count(index))

    def _notes(self) -> Iterator[str]:
        names = [name for name, _ in self._book.sheets]
        if len(names) > 1:
            others = [name for index, name in enumerate(names) if index != self._index]
            yield f"Взят лист «{_short(names[self._index])}», ещё есть листы: {_listed(others)}."
        if self._heading.index:
            last = self._header_row - 1
            span = str(last) if self._first_row == last else f"{self._first_row}–{last}"
            yield f"Над заголовком есть лишние строки ({span}), они пропущены."
        if self._wider:
            yield f"Строк, где ячеек больше, чем столбцов в заголовке: {self._wider}."
        yield from self._book.notes()


def _short(name: str) -> str:
    return name if len(name) <= _NAME_CHARS else f"{name[:_NAME_CHARS]}…"


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"«{_short(name)[:24]}»" for name in names[:_NAMES_SHOWN])
    return shown if len(names) <= _NAMES_SHOWN else f"{shown} и другие"


def _limit(limits: Limits) -> None:
    memory = limits.memory_mb << 20
    seconds = ceil(limits.seconds) + 1
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(request: Request) -> Outcome:
    try:
        return Outcome(table=read_table(request))
    except BadTableError as error:
        return Outcome(reason=error.reason, message=error.message)
    except MemoryError:
        return Outcome(reason="memory")
    except OSError as error:
        return Outcome(errno=error.errno or 5)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of Rust is a BaseException
        return Outcome(fault=_where(error))


def _where(error: BaseException) -> str:
    """Kind and place without the text of the error, which may quote the file."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {place}"


def main() -> None:
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    _limit(request.limits)
    sys.stdout.buffer.write(msgspec.json.encode(_answer(request)))


if __name__ == "__main__":
    main()
