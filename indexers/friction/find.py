"""Looks at cases that were changed since the last look, for conflicts and errors of communication.

Safe to repeat and to run twice at once: one document says how far the search has come and who
holds it, and a finding has one id. Nothing waits for it.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace
from ulid import ULID

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.friction.book import load_tone
from app.friction.models import Round
from app.friction.query import changed_cases, promises_due
from app.friction.rules import RULES_VERSION, Context
from app.settings import Settings
from indexers.friction.look import FIELDS, look

log = structlog.get_logger()

ROUND = "round"
"""Id of the document."""
TOGETHER = 300
OVERLAP = timedelta(minutes=5)
"""Looked at again: a write may become visible that much after the moment it bears."""
UNTIL_SLIPPED = timedelta(days=2)
"""A promised day has slipped when all of it is over: until then it is looked at again."""
MOST_SECONDS = 240
"""Of one run; what is left is for the next minute."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class _LostError(Exception):
    """Another worker holds the search now."""


async def find_friction(engine: Engine, settings: Settings, *, now: datetime | None = None) -> int:
    """Findings that were made or changed; 0 where another worker is at it."""
    moment = now or datetime.now(UTC)
    book = await load_tone(engine)
    rules = f"{RULES_VERSION}.{book.version}"
    search = await _Search.taken(engine, timedelta(seconds=settings.lease_seconds), moment, rules)
    if search is None:
        return 0
    context = Context(book.words, settings.zone, moment)
    try:
        written = await search.changed(lambda sources: look(engine, sources, context))
        written += await search.promised(lambda sources: look(engine, sources, context))
        await search.let_go()
    except _LostError:
        log.info("friction_let_go")
        return 0
    if written:
        await engine.refresh(Index.FRICTION)
        log.info("friction_found", written=written)
    return written


Look = Callable[[list[dict[str, Any]]], Awaitable[int]]
"""Documents of cases → findings that were written."""


class _Search:
    """One run of it by its holder."""

    def __init__(
        self, engine: Engine, read: Stored, state: Round, lasts: timedelta, now: datetime
    ) -> None:
        self._engine = engine
        self._read = read
        self._round = state
        self._lasts = lasts
        self._now = now
        self._ends = time.monotonic() + MOST_SECONDS

    @classmethod
    async def taken(
        cls, engine: Engine, lasts: timedelta, now: datetime, rules: str
    ) -> "_Search | None":
        """None where somebody holds it."""
        read = await engine.get(Index.FRICTION, ROUND)
        known = msgspec.convert(read.source["round"], Round) if read else Round()
        if known.lease_until and known.lease_until > datetime.now(UTC):
            return None
        if known.rules != rules:
            known = replace(known, seen_at=None, after="", rules=rules)
        state = replace(
            known, lease_owner=str(ULID()), lease_until=datetime.now(UTC) + lasts, rev=known.rev + 1
        )
        try:
            if read is None:
                read = await writer.create(engine, Index.FRICTION, ROUND, _document(state))
            else:
                read = await writer.replace(engine, read, _document(state))
        except ConflictError:
            return None
        return cls(engine, read, state, lasts, now)

    async def changed(self, look_at: Look) -> int:
        """The oldest change first; where time is up the next run goes on from there."""
        written, since = 0, self._round.seen_at or _BEGINNING
        after = [_millis(since), self._round.after] if self._round.after else None
        while time.monotonic() < self._ends:
            body = changed_cases(since, TOGETHER, after, FIELDS)
            hits = (await self._engine.search(Index.CASES, body))["hits"]["hits"]
            if hits:
                written += await look_at([hit["_source"] for hit in hits])
                after = hits[-1]["sort"]
            if len(hits) < TOGETHER:
                await self._write(seen_at=max(since, self._now - OVERLAP), after="")
                break
            await self._write(seen_at=_moment(hits[-1]["sort"][0]), after=hits[-1]["_id"])
        return written

    async def promised(self, look_at: Look) -> int:
        """Time alone makes a promise slip: the case itself was not changed."""
        written, after = 0, None
        while time.monotonic() < self._ends:
            body = promises_due(self._round.promises_at, self._now, TOGETHER, after)
            hits = (await self._engine.search(Index.CASES, body))["hits"]["hits"]
            ids = [hit["_id"] for hit in hits]
            read = await self._engine.get_many(Index.CASES, ids, FIELDS)
            if read:
                written += await look_at([one.source for one in read.values()])
            if len(hits) < TOGETHER:
                await self._write(promises_at=self._now - UNTIL_SLIPPED)
                break
            after = ids[-1]
            await self._write()
        return written

    async def let_go(self) -> None:
        await self._write(lease_owner=None, lease_until=None)

    async def _write(self, **changes: Any) -> None:
        """Prolongs the lease, too. Raises `_LostError`."""
        held = {"lease_until": datetime.now(UTC) + self._lasts, **changes}
        state = replace(self._round, rev=self._round.rev + 1, **held)
        try:
            self._read = await writer.replace(self._engine, self._read, _document(state))
        except ConflictError as error:
            raise _LostError from error
        self._round = state


def _document(state: Round) -> dict[str, Any]:
    return {"rev": state.rev, "round": msgspec.to_builtins(state)}


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)
