"""Messages taken in one by one, from a program or a form: each becomes a case by one write.

Whoever sends the same thing twice gets the same case: the id is made of what names the message,
and the engine lets one document have an id.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import structlog
import xxhash
from msgspec import Struct

from app.cases.deadlines import timed
from app.cases.derived import case_number, with_derived_fields
from app.cases.models import Case, Event, Source
from app.cases.permissions import done_for, may_enter
from app.deadlines.current import current_deadlines
from app.deadlines.models import Book
from app.engine import writer
from app.engine.client import Engine
from app.engine.counters import CASE_NUMBERS, take_block
from app.engine.names import Index
from app.errors import ConflictError, ForbiddenError, OtklikError
from app.intake.assemble import RowError
from app.intake.models import CaseInput
from app.origin import current_origin
from app.permissions import Permission
from app.viewer import Viewer

log = structlog.get_logger()

_AT_ONCE = 16
"""Writes under way at a time for one list: more only wait in the engine's queue."""
_CLOCKS_DIFFER = timedelta(days=1)
_OUTSIDE = "Это сообщение лежит вне ваших прав: другой муниципалитет, ведомство или канал."
_encoder = msgspec.json.Encoder()


class OutsideScopeError(ForbiddenError):
    code = "outside_scope"


class TakenIdError(ConflictError):
    """The number belongs to a case of another municipality or channel than the sender's."""

    code = "external_id_taken"


class ReusedKeyError(ConflictError):
    """An idempotency key came again with another message."""

    code = "idempotency_key_reused"


class Entry(Struct, frozen=True, kw_only=True):
    """A message understood and what it is known by."""

    id: str
    input: CaseInput
    what: str
    """Code of the history event."""
    profile: str
    created_by: str
    reason: str | None = None
    """Shown beside the event."""
    keyed: bool = False
    """The id stands for one sending, not for the message: a second one must be equal."""


class Taken(Struct, frozen=True):
    """`created` is False where this very message was there before."""

    case: Case
    created: bool


Outcome = Taken | OtklikError


def check_moment(received_at: datetime, now: datetime) -> None:
    """Raises `RowError` for a moment that has not come yet, clocks of others being forgiven."""
    if received_at > now + _CLOCKS_DIFFER:
        raise RowError("received_at", "эта дата ещё не наступила")


def fingerprint(given: CaseInput) -> str:
    return xxhash.xxh3_128_hexdigest(_encoder.encode(given))


def only_municipality(viewer: Viewer) -> str | None:
    """Where everything this person registers must lie; None where there is a choice."""
    limits = [scope.municipalities for scope in viewer.scopes]
    if viewer.within is not None and viewer.within.municipalities is not None:
        limits = [viewer.within.municipalities]
    named = {name for limit in limits if limit for name in limit}
    return next(iter(named)) if len(named) == 1 and None not in limits else None


async def take_in(
    engine: Engine,
    zone: ZoneInfo,
    viewer: Viewer,
    entries: Sequence[Entry],
    *,
    refresh: bool,
    now: datetime | None = None,
) -> list[Outcome]:
    """Writes what is new; an outcome for each of `entries` in their order.

    A refusal of one does not touch the others. Safe to repeat with the same entries. `now` is for
    data of days that are over.
    """
    now, book = now or datetime.now(UTC), await current_deadlines(engine)
    known = await engine.get_many(Index.CASES, {entry.id for entry in entries}, ("id",))
    fresh = [entry for entry in entries if entry.id not in known]
    drafts = {entry.id: _draft(entry, viewer, now, book) for entry in fresh}
    allowed = [draft for draft in drafts.values() if may_enter(viewer, draft)]
    numbers = await take_block(engine, CASE_NUMBERS, len(allowed)) if allowed else range(0)
    ready = {
        draft.id: msgspec.structs.replace(
            draft, number=case_number(draft.received_at, zone, sequence)
        )
        for draft, sequence in zip(allowed, numbers, strict=True)
    }
    limit = asyncio.Semaphore(_AT_ONCE)

    async def one(entry: Entry) -> Outcome:
        async with limit:
            try:
                if entry.id in known:
                    return await _seen(engine, viewer, entry)
                return await _create(engine, viewer, entry, ready.get(entry.id), refresh=refresh)
            except OtklikError as error:
                return error

    return list(await asyncio.gather(*(one(entry) for entry in entries)))


async def _create(
    engine: Engine, viewer: Viewer, entry: Entry, case: Case | None, *, refresh: bool
) -> Taken:
    if case is None:
        raise OutsideScopeError(_OUTSIDE)
    try:
        document = msgspec.to_builtins(case)
        await writer.create(engine, Index.CASES, entry.id, document, refresh=refresh)
    except ConflictError:
        return await _seen(engine, viewer, entry)
    log.info("message_taken", case_id=case.id, what=entry.what)
    return Taken(case, created=True)


async def _seen(engine: Engine, viewer: Viewer, entry: Entry) -> Taken:
    """The case that is there already, if it is this sender's to know of."""
    stored = await engine.get(Index.CASES, entry.id)
    if stored is None:
        raise ConflictError("Запись как раз меняется. Повторите.")
    case = msgspec.convert(stored.source, Case)
    if not may_enter(viewer, case):
        raise TakenIdError(
            "Сообщение с таким номером источника уже есть, и вам оно не видно. "
            "Укажите другой источник (source)."
        )
    if entry.keyed and case.source.fingerprint != fingerprint(entry.input):
        raise ReusedKeyError(f"С этим ключом уже принято другое сообщение: № {case.number}.")
    return Taken(case, created=False)


def _draft(entry: Entry, viewer: Viewer, now: datetime, book: Book) -> Case:
    """The case but for its number."""
    given = entry.input
    whole = {name: getattr(given, name) for name in _COPIED}
    case = Case(
        id=entry.id,
        number="",
        rev=1,
        version=1,
        enriched_version=0,
        audit_seq=0,
        audit_due=True,
        created_at=now,
        updated_at=now,
        created_by=entry.created_by,
        source=Source(
            system=given.system,
            external_id=given.external_id,
            external_number=given.external_number,
            url=given.url,
            profile=entry.profile,
            fingerprint=fingerprint(given),
        ),
        history=[
            Event(1, now, entry.what, viewer.name, reason=entry.reason, origin=current_origin())
        ],
        **whole,
    )
    lent = done_for(viewer, Permission.CASE_REGISTER, case)
    history = [msgspec.structs.replace(case.history[0], for_whom=lent)]
    told = msgspec.structs.replace(case, history=history)
    return with_derived_fields(timed(None, told, book, now))


_COPIED = (
    "kind",
    "channel",
    "state",
    "received_at",
    "registered_at",
    "deadline_at",
    "text",
    "title",
    "tags",
    "author",
    "place",
    "classifier",
    "workflow",
)
