"""Notices that are due by letter: one letter a person, each notice in one letter at most.

A letter is claimed by compare-and-set before a word of it is sent, so two workers never send the
same, and one that dies leaves it unsure instead of sending it twice. The server is spoken to
first: while it is away nothing is claimed, and all waits as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

import aiosmtplib
import msgspec
import structlog

from app.accounts.models import User
from app.accounts.staff import current_staff
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.notices import mailing
from app.notices.clock import Clock
from app.notices.fates import after
from app.notices.letters import BadAddressError, notices_letter
from app.notices.models import Mail, MailState, Notice
from app.notices.planning import first_step
from app.notices.smtp import Fate, Told, connected, send
from app.settings import Settings
from indexers.notices.store import Filter, find, move, settle

log = structlog.get_logger()

_MOST_ROUNDS = 40
Found = tuple[Stored, Notice]


async def send_due(engine: Engine, settings: Settings, *, now: datetime | None = None) -> int:
    """Letters that went. Raises `MailAwayError`, having touched nothing. Safe to run twice and at
    once; `now` is for tests.
    """
    await engine.refresh(Index.NOTICES)
    clock = Clock(now)
    found = await _waiting(engine, clock.now())
    if not found:
        return 0
    users = (await current_staff(engine, settings.zone, clock.now())).users
    letters = 0
    async with connected(settings) as client:
        sender = _Sender(engine, settings, client, users, clock)
        for _ in range(_MOST_ROUNDS):
            letters += await sender.send(found)
            await engine.refresh(Index.NOTICES)
            found = await _waiting(engine, clock.now())
            if not found:
                break
    return letters


async def _waiting(engine: Engine, now: datetime) -> list[Found]:
    filters: list[Filter] = [
        {"term": {"mail.state": MailState.DUE}},
        {"range": {"mail.due_at": {"lte": now.isoformat()}}},
    ]
    found = await find(engine, Index.NOTICES, filters, Notice)
    return [one for one in found if one[1].mail.state is MailState.DUE]


class _Sender:
    """One session with the server."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        client: aiosmtplib.SMTP,
        users: Mapping[str, User],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._client = client
        self._users = users
        self._clock = clock

    async def send(self, found: Sequence[Found]) -> int:
        """One letter a person; how many went."""
        letters = 0
        by_login = sorted(found, key=_login)
        for login, group in groupby(by_login, key=_login):
            user = self._users.get(login)
            claimed = await self._claimed(user, list(group))
            if user is None or not claimed:
                continue
            told = await self._letter(user, claimed)
            ids = [one.id for one in claimed]
            step = partial(after, told, now=self._clock.now())
            await settle(self._engine, Index.NOTICES, ids, step)
            letters += told.fate is Fate.SENT
        return letters

    async def _claimed(self, user: User | None, found: list[Found]) -> list[Notice]:
        """Those this worker alone may now send."""
        now = self._clock.now()
        steps = [(read, self._first_step(user, notice, now)) for read, notice in found]
        moved = await move(self._engine, Index.NOTICES, steps)
        notices = [msgspec.convert(one.source, Notice) for one in moved.values()]
        ours = [one for one in notices if one.mail.state is MailState.SENDING]
        return sorted(ours, key=lambda one: (one.at, one.id))

    def _first_step(self, user: User | None, notice: Notice, now: datetime) -> Mail:
        """Whoever has read it in the app meanwhile is not written to."""
        if user is None or not user.email or notice.read_at:
            return mailing.unwanted(notice.mail, now)
        return first_step(notice.mail, user, now, self._settings.zone)

    async def _letter(self, user: User, notices: Sequence[Notice]) -> Told:
        try:
            letter = notices_letter(self._settings, user, notices, self._clock.now())
        except BadAddressError:
            return Told(Fate.REFUSED, "address")
        told = await send(self._client, self._settings.smtp_from, user.email or "", letter)
        log.info("letter", fate=told.fate, error=told.error, notices=len(notices))
        return told


def _login(found: Found) -> str:
    return found[1].login
