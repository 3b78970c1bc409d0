"""What people do with the book of suggestions; every change is checked and has who and when."""

from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from msgspec import Struct

from app.engine.client import Engine
from app.permissions import Permission
from app.reference.rules import BookEvent
from app.suggestions import repository
from app.suggestions.book import SuggestionBook, with_thresholds, with_word
from app.suggestions.current import forget_suggestions
from app.suggestions.danger import DangerWord
from app.suggestions.models import ModelState, Trial
from app.viewer import Viewer, require

log = structlog.get_logger()


class OpenBook(Struct, frozen=True):
    """The newest book for the page that edits it, and how the learned model is."""

    book: SuggestionBook
    history: list[BookEvent]
    """The oldest first."""
    model: ModelState | None
    trials: list[Trial]


async def open_book(engine: Engine, viewer: Viewer | None) -> OpenBook:
    """Raises `ForbiddenError`."""
    require(viewer, Permission.BOOKS_EDIT)
    stored = await repository.load_book(engine)
    learned = (await repository.load_learned(engine)).learned
    return OpenBook(stored.book, stored.history, learned.model, learned.trials)


async def save_word(
    engine: Engine, viewer: Viewer | None, word: DangerWord, version: int
) -> SuggestionBook:
    """`version` is the one that was shown, 0 for a new line.

    Raises `ForbiddenError`, `BadInputError`, `NotFoundError`, `ConflictError`.
    """
    who = require(viewer, Permission.BOOKS_EDIT).name
    book = await repository.edit_book(
        engine, lambda now: with_word(now, word, version), by=who, at=datetime.now(UTC)
    )
    forget_suggestions(engine)
    log.info("danger_words_changed", by=who)
    return book


async def save_thresholds(
    engine: Engine, viewer: Viewer | None, wanted: Mapping[str, float]
) -> SuggestionBook:
    """Raises `ForbiddenError`, `BadInputError`."""
    who = require(viewer, Permission.BOOKS_EDIT).name
    book = await repository.edit_book(
        engine, lambda now: with_thresholds(now, wanted), by=who, at=datetime.now(UTC)
    )
    forget_suggestions(engine)
    log.info("thresholds_changed", by=who)
    return book
