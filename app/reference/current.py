"""The book of departments as rights are derived from it."""

from app.engine.client import Engine
from app.engine.names import Index
from app.reference.departments import NO_DEPARTMENTS, DepartmentBook
from app.reference.kept import KeptBook
from app.reference.repository import BOOK_FIELDS, DOCUMENT, to_book

STALE_SECONDS = 300.0
"""How long the last book read may stand in for one that cannot be read."""

_kept = KeptBook(
    Index.DEPARTMENTS,
    DOCUMENT,
    BOOK_FIELDS,
    to_book,
    empty=lambda _: NO_DEPARTMENTS,
    stale_seconds=lambda: STALE_SECONDS,
)


async def current_book(engine: Engine) -> DepartmentBook:
    """The book of the last five seconds.

    Fails closed: while it cannot be read people see what they saw before, five minutes at most;
    without a book, or with a damaged one, departments and sector blocks hold nothing.
    """
    return await _kept.current(engine)


def forget_book(engine: Engine) -> None:
    """The next request reads it anew: after it was changed in this process."""
    _kept.forget(engine)
