"""The book of deadlines as one document: a change of any part of it is one compare-and-set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from app.deadlines.models import Book, Calendar, Choice, Profile, Rung
from app.deadlines.shipped import SHIPPED, shipped_in
from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.reference.rules import BookEvent, stamped_line

DOCUMENT = "book"
"""Id of the only document of `Index.DEADLINES`."""
BOOK_FIELDS = ("profiles", "calendars", "choices", "ladder")
_LISTS = {"choices": "Какой порядок для каких обращений", "ladder": "Шаги напоминаний"}


class _Document(Struct):
    profiles: list[Profile]
    calendars: list[Calendar]
    choices: list[Choice]
    ladder: list[Rung]
    history: list[BookEvent] = field(default_factory=list)
    rev: int = 0
    audit_seq: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True)
class StoredBook:
    """What was read; `read` is None where nobody has changed what is shipped."""

    book: Book
    history: list[BookEvent]
    """The oldest first."""
    read: Stored | None

    @property
    def version(self) -> int:
        """Grows with each change of anything in the book."""
        return self.history[-1].seq if self.history else 0


def to_book(source: Mapping[str, Any]) -> Book:
    """Raises `msgspec.ValidationError` for a document that is not ours."""
    document = msgspec.convert({**source, "history": []}, _Document)
    return Book(
        _with_shipped(document.profiles),
        {one.code: one for one in document.calendars},
        document.choices,
        document.ladder,
    )


def _with_shipped(stored: list[Profile]) -> dict[str, Profile]:
    """A shipped profile is that of this release, whoever switched it off: its rule is the law's."""
    known = {one.code: one for one in stored}
    fresh = {
        code: replace(
            one, **{name: getattr(known[code], name) for name in _STAMPS} if code in known else {}
        )
        for code, one in SHIPPED.profiles.items()
    }
    return fresh | {code: one for code, one in known.items() if code not in fresh}


_STAMPS = ("active", "version", "changed_at", "changed_by")


async def load(engine: Engine) -> StoredBook:
    """The newest book with its history; what is shipped where there is none yet."""
    read = await engine.get(Index.DEADLINES, DOCUMENT)
    if read is None:
        return StoredBook(shipped_in(engine.timezone), [], None)
    history = msgspec.convert(read.source["history"], list[BookEvent])
    return StoredBook(to_book(read.source), history, read)


async def save(
    engine: Engine,
    stored: StoredBook,
    wanted: Book,
    *,
    by: str,
    at: datetime,
    recount: str | None = None,
) -> StoredBook:
    """Writes what differs between `wanted` and `stored`, with its events; else nothing.

    Raises `ConflictError` where somebody wrote in between.
    """
    book, events = stamped(stored.book, wanted, by=by, at=at, seq=stored.version)
    if not events:
        return stored
    events = [replace(event, recount=recount) for event in events]
    history = [*stored.history, *events]
    document = _Document(
        profiles=list(book.profiles.values()),
        calendars=list(book.calendars.values()),
        choices=book.choices,
        ladder=book.ladder,
        history=history,
        updated_at=at,
    )
    return StoredBook(book, history, await _write(engine, stored.read, document))


async def _write(engine: Engine, read: Stored | None, document: _Document) -> Stored:
    """Moving the audit on is no change of the book, but a write: then the next try wins."""
    if read is None:
        document.rev = 1
        ready = msgspec.to_builtins(document)
        return await writer.create(engine, Index.DEADLINES, DOCUMENT, ready)
    document.rev = read.source["rev"] + 1
    document.audit_seq = read.source.get("audit_seq", 0)
    return await writer.replace(engine, read, msgspec.to_builtins(document))


def stamped(
    was: Book, now: Book, *, by: str, at: datetime, seq: int
) -> tuple[Book, list[BookEvent]]:
    """`now` with who and when on each entry that differs from `was`, and the events of it."""
    events: list[BookEvent] = []
    profiles = {
        code: stamped_line(was.profiles.get(code), one, "profile", by, at, seq, events)
        for code, one in now.profiles.items()
    }
    calendars = {
        code: stamped_line(was.calendars.get(code), one, "calendar", by, at, seq, events)
        for code, one in now.calendars.items()
    }
    for name, title in _LISTS.items():
        if getattr(was, name) != getattr(now, name):
            before = {name: msgspec.to_builtins(getattr(was, name))}
            number = seq + len(events) + 1
            events.append(BookEvent(number, at, by, f"{name}_changed", name, title, [name], before))
    return Book(profiles, calendars, now.choices, now.ladder), events


async def save_newest(
    engine: Engine, wanted: Book, version: int, *, by: str, at: datetime, recount: str | None = None
) -> StoredBook:
    """Saves `wanted` over the book of this `version`, repeated where only the audit wrote.

    Raises `ConflictError` that names who changed the book since; a book that already holds the
    change of `recount` is left as it is.
    """
    for _ in range(_TRIES):
        stored = await load(engine)
        if recount and any(event.recount == recount for event in stored.history):
            return stored
        if stored.version != version:
            who = stored.history[-1].by
            raise ConflictError(f"Сроки тем временем изменил(а) {who}. Проверьте ещё раз.")
        try:
            return await save(engine, stored, wanted, by=by, at=at, recount=recount)
        except ConflictError:
            continue
    raise ConflictError("Справочник как раз меняют. Повторите через несколько секунд.")


_TRIES = 10
