"""Two documents: the book people edit, and the model that was learned with its last trials."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, field

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.reference.rules import BookEvent
from app.suggestions.book import SuggestionBook, shipped_book, stamped, to_book
from app.suggestions.danger import DangerWord
from app.suggestions.models import ModelState, Trial

BOOK, LEARNED = "book", "learned"
"""Ids of the documents of `Index.MODELS`."""
BOOK_FIELDS = ("words", "thresholds")
KEPT_TRIALS = 12
_TRIES = 10


class _BookDocument(Struct):
    words: list[DangerWord]
    thresholds: dict[str, float]
    history: list[BookEvent] = field(default_factory=list)
    rev: int = 0
    audit_seq: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True)
class StoredBook:
    """What was read; `read` is None where nobody has changed what is shipped."""

    book: SuggestionBook
    history: list[BookEvent]
    """The oldest first."""
    read: Stored | None


async def load_book(engine: Engine) -> StoredBook:
    read = await engine.get(Index.MODELS, BOOK)
    if read is None:
        return StoredBook(shipped_book(), [], None)
    history = msgspec.convert(read.source["history"], list[BookEvent])
    return StoredBook(to_book(read.source), history, read)


async def edit_book(
    engine: Engine, change: Callable[[SuggestionBook], SuggestionBook], *, by: str, at: datetime
) -> SuggestionBook:
    """`change` checks; it is called again with the newer book when a write lost a race."""
    for _ in range(_TRIES):
        stored = await load_book(engine)
        seq = stored.history[-1].seq if stored.history else 0
        book, events = stamped(stored.book, change(stored.book), by=by, at=at, seq=seq)
        if not events:
            return stored.book
        document = _BookDocument(
            list(book.words.values()), book.thresholds, [*stored.history, *events], updated_at=at
        )
        try:
            await _write_book(engine, stored.read, document)
        except ConflictError:
            continue
        return book
    raise ConflictError("Справочник как раз меняют. Повторите через несколько секунд.")


async def _write_book(engine: Engine, read: Stored | None, document: _BookDocument) -> None:
    if read is None:
        document.rev = 1
        await writer.create(engine, Index.MODELS, BOOK, msgspec.to_builtins(document))
        return
    document.rev = read.source["rev"] + 1
    document.audit_seq = read.source.get("audit_seq", 0)
    await writer.replace(engine, read, msgspec.to_builtins(document))


class Learned(Struct, omit_defaults=True):
    """The document `LEARNED`."""

    model: ModelState | None = None
    trials: list[Trial] = field(default_factory=list)
    """The newest first."""
    rev: int = 0
    updated_at: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None


@dataclass(frozen=True)
class StoredLearned:
    learned: Learned
    read: Stored | None


def to_learned(source: Mapping[str, Any]) -> Learned:
    """Raises `msgspec.ValidationError` for a document that is not ours."""
    return msgspec.convert(source, Learned)


async def load_learned(engine: Engine) -> StoredLearned:
    read = await engine.get(Index.MODELS, LEARNED)
    return StoredLearned(to_learned(read.source) if read else Learned(), read)


async def save_learned(engine: Engine, stored: StoredLearned, wanted: Learned) -> StoredLearned:
    """Raises `ConflictError` where another worker wrote in between."""
    wanted.rev = stored.learned.rev + 1
    wanted.trials = wanted.trials[:KEPT_TRIALS]
    document = msgspec.to_builtins(wanted)
    if stored.read is None:
        read = await writer.create(engine, Index.MODELS, LEARNED, document)
    else:
        read = await writer.replace(engine, stored.read, document)
    return StoredLearned(wanted, read)
