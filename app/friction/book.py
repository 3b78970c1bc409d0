"""The list of sharp words as a document: read by the search for findings, edited by people."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from msgspec import Struct, field

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.friction.tone import ToneLine, read_lines, shipped_lines
from app.permissions import Permission
from app.reference.rules import BookEvent, stamped_line
from app.viewer import Viewer, require

log = structlog.get_logger()

DOCUMENT = "book"
"""Its id: the journal reads the history of every book under this one."""


class ToneBook(Struct, omit_defaults=True):
    words: list[ToneLine] = field(default_factory=lambda: list(shipped_lines()))
    history: list[BookEvent] = field(default_factory=list)
    """The oldest first."""
    rev: int = 0
    audit_seq: int = 0
    updated_at: datetime | None = None

    @property
    def version(self) -> int:
        """Of the list; 0 as it is shipped."""
        return self.history[-1].seq if self.history else 0


async def load_tone(engine: Engine) -> ToneBook:
    return (await _read(engine))[0]


async def open_tone(engine: Engine, viewer: Viewer | None) -> ToneBook:
    """Raises `ForbiddenError`."""
    require(viewer, Permission.BOOKS_EDIT)
    return await load_tone(engine)


async def save_tone(engine: Engine, viewer: Viewer | None, text: str, version: int) -> ToneBook:
    """`version` is the one that was shown. Raises `ForbiddenError`, `BadInputError`, and
    `ConflictError` where the list was changed since.
    """
    who = require(viewer, Permission.BOOKS_EDIT).name
    book, read = await _read(engine)
    if book.version != version:
        raise ConflictError("Список тем временем изменили. Введённое осталось в поле.")
    changed = _changed(book, read_lines(text, book.words), who, datetime.now(UTC))
    if changed is book:
        return book
    document = _document(changed, read)
    if read is None:
        await writer.create(engine, Index.FRICTION, DOCUMENT, document)
    else:
        await writer.replace(engine, read, document)
    log.info("tone_words_changed", by=who)
    return changed


async def _read(engine: Engine) -> tuple[ToneBook, Stored | None]:
    read = await engine.get(Index.FRICTION, DOCUMENT)
    return (msgspec.convert(read.source, ToneBook), read) if read else (ToneBook(), None)


def _document(book: ToneBook, read: Stored | None) -> Mapping[str, Any]:
    """`audit_seq` is moved by the journal only: as it was read."""
    source = read.source if read else {}
    book.rev = source.get("rev", 0) + 1
    book.audit_seq = source.get("audit_seq", 0)
    return {**msgspec.to_builtins(book), "words": msgspec.to_builtins(book.words)}


def _changed(book: ToneBook, wanted: list[ToneLine], who: str, now: datetime) -> ToneBook:
    """Each line with who and when, and an event for each that came, changed or went."""
    was = {one.code: one for one in book.words}
    events: list[BookEvent] = []
    stamp: Callable[[ToneLine], ToneLine] = lambda one: stamped_line(  # noqa: E731 - one use
        was.get(one.code), one, "tone", who, now, book.version, events
    )
    lines = [stamp(one) for one in wanted]
    kept = {one.code for one in lines}
    for code, one in was.items():
        if code not in kept:
            seq = book.version + len(events) + 1
            events.append(BookEvent(seq, now, who, "tone_removed", code, one.name))
    if not events:
        return book
    return ToneBook(lines, [*book.history, *events], updated_at=now)
