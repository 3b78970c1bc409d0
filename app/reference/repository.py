"""The book of departments as one document: a change of any part of it is one compare-and-set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, field

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.reference.departments import NO_DEPARTMENTS, Department, DepartmentBook, Sector
from app.reference.rules import BookEvent, stamped

DOCUMENT = "book"
"""Id of the only document of `Index.DEPARTMENTS`."""
BOOK_FIELDS = ("departments", "sectors")


class _Document(Struct):
    departments: list[Department] = field(default_factory=list)
    sectors: list[Sector] = field(default_factory=list)
    history: list[BookEvent] = field(default_factory=list)
    rev: int = 0
    audit_seq: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True)
class StoredBook:
    """What was read; `read` is None where nobody has written a line yet."""

    book: DepartmentBook
    history: list[BookEvent]
    """The oldest first."""
    read: Stored | None


def to_book(source: Mapping[str, Any]) -> DepartmentBook:
    """Raises `msgspec.ValidationError` for a document that is not ours."""
    document = msgspec.convert(source, _Document)
    return DepartmentBook(document.departments, document.sectors)


async def load(engine: Engine) -> StoredBook:
    """The newest book, with its history; empty where there is none yet."""
    read = await engine.get(Index.DEPARTMENTS, DOCUMENT)
    if read is None:
        return StoredBook(NO_DEPARTMENTS, [], None)
    document = msgspec.convert(read.source, _Document)
    return StoredBook(
        DepartmentBook(document.departments, document.sectors), document.history, read
    )


async def save(
    engine: Engine, stored: StoredBook, wanted: DepartmentBook, *, by: str, at: datetime
) -> DepartmentBook:
    """Writes what differs between `wanted` and `stored`, with its events; else nothing.

    Raises `ConflictError` where somebody wrote in between.
    """
    last = stored.history[-1].seq if stored.history else 0
    book, events = stamped(stored.book, wanted, by=by, at=at, seq=last)
    if not events:
        return stored.book
    before = msgspec.convert(stored.read.source, _Document) if stored.read else _Document()
    document = _Document(
        departments=list(book.departments.values()),
        sectors=list(book.sectors.values()),
        history=[*stored.history, *events],
        rev=before.rev + 1,
        audit_seq=before.audit_seq,
        updated_at=at,
    )
    ready = msgspec.to_builtins(document)
    if stored.read is None:
        await writer.create(engine, Index.DEPARTMENTS, DOCUMENT, ready)
    else:
        await writer.replace(engine, stored.read, ready)
    return book
