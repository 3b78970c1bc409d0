"""The daily digest: one letter a person and day, at the hour the person chose.

A digest is a document under an id made of the person and the day, written before its letter: it
names the notices it tells of, so that no other day tells of them, whatever dies when.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial

import aiosmtplib
import msgspec
import structlog
from msgspec.structs import replace

from app.accounts.models import User
from app.accounts.staff import Staff, current_staff
from app.deadlines.current import current_deadlines
from app.deadlines.days import table_of
from app.engine.access import access_clause
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.notices import mailing
from app.notices.clock import Clock
from app.notices.fates import after
from app.notices.letters import BadAddressError, DayCounts, digest_letter
from app.notices.models import Digest, Mail, MailState, Notice, digest_id
from app.notices.planning import digest_day, first_step
from app.notices.service import count_unread
from app.notices.smtp import Fate, Told, connected, send
from app.settings import Settings
from app.viewer import Viewer
from app.work.queues import OPEN, Moment, Queue, queue_clause
from indexers import bulk
from indexers.notices.store import Filter, find, move, read, settle

log = structlog.get_logger()

_TOLD_OF = (MailState.DIGEST, MailState.UNSURE, MailState.FAILED)
_encoder = msgspec.json.Encoder()


async def make_digests(engine: Engine, settings: Settings, *, now: datetime | None = None) -> int:
    """Writes down whose digest is due; returns how many were new. Nothing is sent here."""
    moment = now or datetime.now(UTC)
    staff = await current_staff(engine, settings.zone, moment)
    days = await _due_days(engine, settings, staff, moment)
    known = await engine.get_many(Index.DIGESTS, [digest_id(*one) for one in days])
    new = [
        await _written(engine, settings, staff, login, day, moment)
        for login, day in days
        if digest_id(login, day) not in known
    ]
    if not new:
        return 0
    actions = [bulk.BulkAction("create", one.id, _encoder.encode(one)) for one in new]
    outcome = await bulk.write(engine, Index.DIGESTS, actions)
    return len(outcome.written)


async def send_digests(engine: Engine, settings: Settings, *, now: datetime | None = None) -> int:
    """Letters that went. Raises `MailAwayError`, having claimed nothing."""
    await engine.refresh(Index.DIGESTS)
    clock = Clock(now)
    filters: list[Filter] = [
        {"term": {"mail.state": MailState.DUE}},
        {"range": {"mail.due_at": {"lte": clock.now().isoformat()}}},
    ]
    found = await find(engine, Index.DIGESTS, filters, Digest)
    due = [one for one in found if one[1].mail.state is MailState.DUE]
    if not due:
        return 0
    staff = await current_staff(engine, settings.zone, clock.now())
    async with connected(settings) as client:
        sender = _Sender(engine, settings, client, staff, clock)
        return sum([await sender.send(*one) for one in due])


async def _due_days(
    engine: Engine, settings: Settings, staff: Staff, now: datetime
) -> list[tuple[str, str]]:
    book = await current_deadlines(engine)
    found = []
    for user in staff.users.values():
        if user.email:
            own = user.municipalities[0] if user.municipalities else None
            table = table_of(book.calendar_for(own))
            if day := digest_day(user.notify, now, settings.zone, table):
                found.append((user.login, day.isoformat()))
    return found


async def _written(
    engine: Engine, settings: Settings, staff: Staff, login: str, day: str, now: datetime
) -> Digest:
    """Without anything to tell it is written all the same: the day is done with."""
    notices = [one.id for _, one in await _untold(engine, login)]
    counts = await _counts(engine, settings, staff.viewer(login), now)
    mail = Mail(state=MailState.DUE, due_at=now) if notices or counts.any else Mail(at=now)
    return Digest(
        id=digest_id(login, day), login=login, day=day, at=now, rev=1, notices=notices, mail=mail
    )


async def _untold(engine: Engine, login: str) -> list[tuple[Stored, Notice]]:
    filters: list[Filter] = [
        {"term": {"login": login}},
        {"terms": {"mail.state": list(_TOLD_OF)}},
        {"bool": {"must_not": {"exists": {"field": "mail.digest"}}}},
    ]
    return [one for one in await find(engine, Index.NOTICES, filters, Notice) if _is_untold(one[1])]


def _is_untold(notice: Notice) -> bool:
    """As it is now, which a search may not know yet. What was read in the app needs no letter."""
    return notice.mail.state in _TOLD_OF and not notice.mail.digest and not notice.read_at


async def _counts(
    engine: Engine, settings: Settings, viewer: Viewer | None, now: datetime
) -> DayCounts:
    """Numbers of the lists of «Моя работа» that the letter leads to."""
    if viewer is None:
        return DayCounts()
    moment = Moment.of(now, settings.zone)

    async def of(queue: Queue) -> int:
        clauses = [access_clause(viewer), OPEN, queue_clause(queue, viewer, moment)]
        return await engine.count(Index.CASES, {"bool": {"filter": clauses}})

    return DayCounts(
        overdue=await of(Queue.OVERDUE),
        today=await of(Queue.TODAY),
        mine=await of(Queue.MINE),
        unread=await count_unread(engine, viewer.name),
    )


class _Sender:
    """One session with the server."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        client: aiosmtplib.SMTP,
        staff: Staff,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._client = client
        self._staff = staff
        self._clock = clock

    async def send(self, stored: Stored, digest: Digest) -> bool:
        """True where a letter went."""
        user = self._staff.users.get(digest.login)
        notices = await self._told_of(digest)
        viewer = self._staff.viewer(digest.login)
        counts = await _counts(self._engine, self._settings, viewer, self._clock.now())
        wanted = bool(notices or counts.any)
        step = self._first_step(user, digest, wanted=wanted)
        claimed = await move(self._engine, Index.DIGESTS, [(stored, step)])
        if user is None or not claimed or step.state is not MailState.SENDING:
            return False
        told = await self._letter(user, digest, counts, notices)
        settled = partial(after, told, now=self._clock.now())
        await settle(self._engine, Index.DIGESTS, [digest.id], settled)
        return told.fate is Fate.SENT

    def _first_step(self, user: User | None, digest: Digest, *, wanted: bool) -> Mail:
        """A digest that is late, or whose hour is a quiet one, waits for the end of these."""
        now = self._clock.now()
        if user is None or not user.email or not wanted:
            return mailing.unwanted(digest.mail, now)
        return first_step(digest.mail, user, now, self._settings.zone)

    async def _told_of(self, digest: Digest) -> list[Notice]:
        """The notices this day's letter tells of, marked so that no other day's does; those that
        another day took first, while this letter waited, are left out. Safe to repeat.
        """

        def marked(mail: Mail) -> Mail:
            return replace(mail, digest=mail.digest or digest.day)

        if not digest.notices:
            return []
        await settle(self._engine, Index.NOTICES, digest.notices, marked)
        found = await read(self._engine, Index.NOTICES, digest.notices, Notice)
        return [one for _, one in found if one.mail.digest == digest.day and not one.read_at]

    async def _letter(
        self, user: User, digest: Digest, counts: DayCounts, notices: Sequence[Notice]
    ) -> Told:
        day, now = date.fromisoformat(digest.day), self._clock.now()
        try:
            letter = digest_letter(self._settings, user, day, counts, notices, now)
        except BadAddressError:
            return Told(Fate.REFUSED, "address")
        told = await send(self._client, self._settings.smtp_from, user.email or "", letter)
        log.info("digest", fate=told.fate, error=told.error, notices=len(notices))
        return told
