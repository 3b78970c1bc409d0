"""The book of deadlines as cases are counted by it."""

from app.deadlines.models import Book
from app.deadlines.repository import BOOK_FIELDS, DOCUMENT, to_book
from app.deadlines.shipped import shipped_in
from app.engine.client import Engine
from app.engine.names import Index
from app.reference.kept import KeptBook

_kept = KeptBook(
    Index.DEADLINES,
    DOCUMENT,
    BOOK_FIELDS,
    to_book,
    empty=lambda engine: shipped_in(engine.timezone),
)


async def current_deadlines(engine: Engine) -> Book:
    """The book of the last five seconds.

    Fails safe: while it cannot be read, or where it is damaged, the last one holds, and before
    any was read what is shipped: a case without a deadline would be forgotten.
    """
    return await _kept.current(engine)


def forget_deadlines(engine: Engine) -> None:
    """The next request reads it anew: after it was changed in this process."""
    _kept.forget(engine)
