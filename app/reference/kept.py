"""A book of one document as one process keeps it: asked for each few seconds, renewed by itself."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import msgspec
import structlog

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineSetupError, EngineUnavailableError

log = structlog.get_logger()

ASK_SECONDS = 5.0
"""How late another process learns of a change; asking is one read by id of 2 ms."""
_PATIENCE_SECONDS = 1.0

B = TypeVar("B")


@dataclass
class _Held(Generic[B]):
    """What one process keeps for one engine."""

    book: B
    version: tuple[int, int] | None = None
    """Of the document `book` was made from; None for the empty one."""
    asked_at: float = float("-inf")
    read_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class KeptBook(Generic[B]):
    """`stale_seconds` tells how long the last book may stand in for one that cannot be read, None
    for any time; after that, or where it is damaged and there is such a limit, `empty` holds. It
    gives the same object for the same engine.
    """

    def __init__(
        self,
        index: Index,
        document: str,
        fields: tuple[str, ...],
        to_book: Callable[[Mapping[str, Any]], B],
        *,
        empty: Callable[[Engine], B],
        stale_seconds: Callable[[], float] | None = None,
    ) -> None:
        self._index, self._document, self._fields = index, document, fields
        self._to_book, self._empty, self._stale_seconds = to_book, empty, stale_seconds
        self._held: WeakKeyDictionary[Engine, _Held[B]] = WeakKeyDictionary()

    async def current(self, engine: Engine) -> B:
        """The book of the last `ASK_SECONDS`."""
        held = self._held.setdefault(engine, _Held(self._empty(engine)))
        if time.monotonic() - held.asked_at >= ASK_SECONDS:
            async with held.lock:
                if time.monotonic() - held.asked_at >= ASK_SECONDS:
                    await self._renew(engine, held)
        return held.book

    def forget(self, engine: Engine) -> None:
        """The next request reads it anew: after it was changed in this process."""
        if held := self._held.get(engine):
            held.asked_at = float("-inf")

    async def _renew(self, engine: Engine, held: _Held[B]) -> None:
        """An unchanged book stays the same object: whoever derived from it sees that by `is`."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                stored = await engine.get(self._index, self._document, fields=self._fields)
            held.read_at = time.monotonic()
            version = (stored.seq_no, stored.primary_term) if stored else None
            if version != held.version:
                held.book = self._to_book(stored.source) if stored else self._empty(engine)
                held.version = version
        except (EngineSetupError, EngineUnavailableError, TimeoutError) as error:
            log.warning("book_away", book=self._index, error=type(error).__name__)
            if self._stale_seconds and time.monotonic() - held.read_at > self._stale_seconds():
                self._close(engine, held)
        except msgspec.ValidationError:
            log.exception("book_damaged", book=self._index)
            if self._stale_seconds:
                self._close(engine, held)
        held.asked_at = time.monotonic()

    def _close(self, engine: Engine, held: _Held[B]) -> None:
        held.book, held.version = self._empty(engine), None
