"""Writes events that belong to no case: one chain for each writing process and day."""

import asyncio
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

import structlog
from anyio.to_thread import run_sync
from ulid import ULID

from app.audit import repository
from app.audit.chain import ChainKey, chain_key, linked
from app.audit.heads import Head, Heads
from app.audit.models import AuditEvent
from app.engine.client import Engine
from app.errors import ConflictError

log = structlog.get_logger()


class Recorder:
    """Writes one after another, so that a chain has no holes and no forks.

    Where nobody can say whether a line was written (the engine fell silent, the task was
    cancelled), the chain ends there and another begins: both hold, whatever came of the line.
    """

    def __init__(self, key: ChainKey) -> None:
        self._key = key
        self._lock = asyncio.Lock()
        self._previous = ""
        self._begin(self._today())

    async def record(self, engine: Engine, event: AuditEvent) -> None:
        """Returns when the line is on the disk. An id that is there already is the same line.

        Raises `EngineUnavailableError`.
        """
        async with self._lock:
            if (today := self._today()) != self._day:
                self._begin(today)
            content = repository.content_of(event) | {"day": self._day}
            document = linked(
                self._key,
                content,
                chain=self._chain,
                link=self._link + 1,
                previous=self._previous,
            )
            try:
                await repository.add(engine, event.at, document)
            except ConflictError:
                await self._met(engine, event, document["hash"])
                return
            except BaseException:
                self._begin(self._day)
                raise
            await self._written(engine, document["hash"])

    async def _written(self, engine: Engine, line_hash: str) -> None:
        """The chain has grown; that the disk refuses to say so must stop nobody's sign-in."""
        self._link += 1
        self._previous = line_hash
        head = Head(self._chain, self._link, line_hash, self._day)
        try:
            await run_sync(Heads(engine).keep, head)
        except OSError as error:
            log.warning("audit_head_not_kept", error=type(error).__name__)

    async def _met(self, engine: Engine, event: AuditEvent, own: str) -> None:
        """The id was taken: by the first try of this very write, or by another writer."""
        found = await repository.by_ids(engine, [(event.id, event.at)])
        if found.get(event.id, {}).get("hash") == own:
            await self._written(engine, own)
        log.info("audit_met", what=event.what)

    def _begin(self, day: str) -> None:
        self._day = day
        self._chain = f"w:{ULID()}"
        self._link = 0
        self._previous = ""

    @staticmethod
    def _today() -> str:
        return datetime.now(UTC).date().isoformat()


_RECORDERS: WeakKeyDictionary[Engine, Recorder] = WeakKeyDictionary()
"""One for each engine opened, as long as that lives: no recorder may hold its engine."""


async def write(engine: Engine, event: AuditEvent) -> None:
    """As `Recorder.record`, in the chain of this engine's owner."""
    if engine not in _RECORDERS:
        _RECORDERS[engine] = Recorder(chain_key(engine.data_dir))
    await _RECORDERS[engine].record(engine, event)
