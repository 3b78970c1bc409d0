"""The book of departments as rights are derived from it: kept for seconds, renewed by itself."""

import asyncio
import time
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import msgspec
import structlog

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineSetupError, EngineUnavailableError
from app.reference.departments import NO_DEPARTMENTS, DepartmentBook
from app.reference.repository import BOOK_FIELDS, DOCUMENT, to_book

log = structlog.get_logger()

ASK_SECONDS = 5.0
"""How late another process learns of a change; asking is one read by id of 2 ms."""
STALE_SECONDS = 300.0
"""How long the last book read may stand in for one that cannot be read."""
_PATIENCE_SECONDS = 1.0


@dataclass
class _Held:
    """What one process keeps for one engine."""

    book: DepartmentBook = NO_DEPARTMENTS
    version: tuple[int, int] | None = None
    """Of the document `book` was made from; None for the empty one."""
    asked_at: float = float("-inf")
    read_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_held: WeakKeyDictionary[Engine, _Held] = WeakKeyDictionary()


async def current_book(engine: Engine) -> DepartmentBook:
    """The book of the last five seconds.

    Fails closed: while it cannot be read people see what they saw before, five minutes at most;
    without a book, or with a damaged one, departments and sector blocks hold nothing.
    """
    held = _held.setdefault(engine, _Held())
    if time.monotonic() - held.asked_at >= ASK_SECONDS:
        async with held.lock:
            if time.monotonic() - held.asked_at >= ASK_SECONDS:
                await _renew(engine, held)
    return held.book


def forget_book(engine: Engine) -> None:
    """The next request reads it anew: after it was changed in this process."""
    if held := _held.get(engine):
        held.asked_at = float("-inf")


async def _renew(engine: Engine, held: _Held) -> None:
    """An unchanged book stays the same object: whoever derived rights from it sees that by `is`."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            stored = await engine.get(Index.DEPARTMENTS, DOCUMENT, fields=BOOK_FIELDS)
        held.read_at = time.monotonic()
        version = (stored.seq_no, stored.primary_term) if stored else None
        if version != held.version:
            held.book = to_book(stored.source) if stored else NO_DEPARTMENTS
            held.version = version
    except (EngineSetupError, EngineUnavailableError, TimeoutError) as error:
        log.warning("departments_away", error=type(error).__name__)
        if time.monotonic() - held.read_at > STALE_SECONDS:
            _close(held)
    except msgspec.ValidationError:
        log.exception("departments_damaged")
        _close(held)
    held.asked_at = time.monotonic()


def _close(held: _Held) -> None:
    held.book, held.version = NO_DEPARTMENTS, None
