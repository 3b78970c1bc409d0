"""The vocabulary of the index as searches use it: read when first needed, renewed by itself."""

import asyncio
import base64
import time
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakKeyDictionary

import structlog
from anyio.to_thread import run_sync
from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineSetupError, EngineUnavailableError
from app.text.spelling import NO_WORDS, Vocabulary, unpack

log = structlog.get_logger()

DOCUMENT = "words"
"""Id of the only document of `Index.VOCABULARY`."""
_ASK_SECONDS = 60.0
"""How often a newer one is asked for: one read by id of a few bytes."""

_PATIENCE_SECONDS = 0.5
"""What a search with a limit of two seconds can spare for a help: reading 1 MB takes 20 ms."""


class VocabularyState(Struct, frozen=True):
    """What is said of a stored vocabulary without its words."""

    built_at: datetime
    seconds: float
    """What building it took."""
    cases: int
    """Documents it was counted from."""
    count: int
    """Words in it."""


@dataclass
class _Held:
    """What one process keeps for one engine."""

    words: Vocabulary = NO_WORDS
    version: tuple[int, int] | None = None
    asked_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_held: WeakKeyDictionary[Engine, _Held] = WeakKeyDictionary()


async def current_vocabulary(engine: Engine) -> Vocabulary:
    """The newest one stored, at most a minute late; without one, or without the engine, empty.

    Loading 60,000 words takes 1.1 s and 70 MB. Only the first search of a process waits for it;
    when a new one appears, the search that meets it waits and the others use the old one.
    """
    held = _held.setdefault(engine, _Held())
    waits_for_first = held.version is None and held.lock.locked()
    if _is_fresh(held) and not waits_for_first:
        return held.words
    if held.lock.locked() and not waits_for_first:
        return held.words
    async with held.lock:
        if not _is_fresh(held):
            held.asked_at = time.monotonic()
            await _renew(engine, held)
    return held.words


def _is_fresh(held: _Held) -> bool:
    return time.monotonic() - held.asked_at < _ASK_SECONDS


async def stored_state(engine: Engine) -> VocabularyState | None:
    """None where none has been built."""
    fields = list(VocabularyState.__struct_fields__)
    stored = await engine.get(Index.VOCABULARY, DOCUMENT, fields=fields)
    if stored is None:
        return None
    source = stored.source
    return VocabularyState(
        datetime.fromisoformat(source["built_at"]),
        source["seconds"],
        source["cases"],
        source["count"],
    )


def forget_vocabulary(engine: Engine) -> None:
    """The next search asks for the stored one again: after it was rebuilt in this process."""
    _held.pop(engine, None)


async def _renew(engine: Engine, held: _Held) -> None:
    """Spelling is a help: a search goes on without it, and the journal says why."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            head = await engine.get(Index.VOCABULARY, DOCUMENT, fields=["count"])
            if head is None or (head.seq_no, head.primary_term) == held.version:
                return
            stored = await engine.get(Index.VOCABULARY, DOCUMENT, fields=["packed"])
    except (EngineSetupError, EngineUnavailableError, TimeoutError) as error:
        log.warning("vocabulary_away", error=type(error).__name__)
        return
    if stored is not None:
        packed = base64.b64decode(stored.source["packed"])
        held.words = await run_sync(unpack, packed)
        held.version = (stored.seq_no, stored.primary_term)
        log.info("vocabulary_loaded", words=len(held.words))
