"""Notices that are due by letter: one letter a person, each notice in one letter at most.

A letter is claimed by compare-and-set before a word of it is sent, so two workers never send the
same, and one that dies leaves it unsure instead of sending it twice. The server is spoken to
first: while it is away nothing is claimed, and all waits as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
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
from app.notices.fates import after
from app.notices.letters import notices_letter
from app.notices.models import Mail, MailState, Notice
from app.notices.planning import after_quiet
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
    moment = now or datetime.now(UTC)
    first = await _waiting(engine, moment)
    if not first:
        return 0
    users = (await current_staff(engine, settings.zone, moment)).users
    letters = 0
    async with connected(settings) as client:
        rounds, found = 0, first
        while found and rounds < _MOST_ROUNDS:
            letters += await _send_batch(engine, settings, client, users, found, moment)
            await engine.refresh(Index.NOTICES)
            rounds, found = rounds + 1, await _waiting(engine, moment)
    return letters


async def _waiting(engine: Engine, now: datetime) -> list[Found]:
    filters: list[Filter] = [
        {"term": {"mail.state": MailState.DUE}},
        {"range": {"mail.due_at": {"lte": now.isoformat()}}},
    ]
    found = await find(engine, Index.NOTICES, filters, Notice)
    return [one for one in found if one[1].mail.state is MailState.DUE]


async def _send_batch(
    engine: Engine,
    settings: Settings,
    client: aiosmtplib.SMTP,
    users: Mapping[str, User],
    found: Sequence[Found],
    now: datetime,
) -> int:
    letters = 0
    by_login = sorted(found, key=lambda one: one[1].login)
    for login, group in groupby(by_login, key=lambda one: one[1].login):
        user = users.get(login)
        claimed = await _claimed(engine, settings, user, list(group), now)
        if user is None or not claimed:
            continue
        told = await _send_one(settings, client, user, claimed, now)
        ids = [one.id for one in claimed]
        await settle(engine, Index.NOTICES, ids, partial(after, told, now=now))
        letters += told.fate is Fate.SENT
    return letters


async def _claimed(
    engine: Engine, settings: Settings, user: User | None, found: list[Found], now: datetime
) -> list[Notice]:
    """Those this worker alone may now send."""
    steps = [(read, _first_step(settings, user, notice, now)) for read, notice in found]
    moved = await move(engine, Index.NOTICES, steps)
    notices = [msgspec.convert(one.source, Notice) for one in moved.values()]
    ours = [one for one in notices if one.mail.state is MailState.SENDING]
    return sorted(ours, key=lambda one: (one.at, one.id))


def _first_step(settings: Settings, user: User | None, notice: Notice, now: datetime) -> Mail:
    """Whoever has read it in the app meanwhile is not written to; quiet hours may have begun, or
    have been chosen, since the letter was planned.
    """
    if user is None or not user.email or notice.read_at:
        return mailing.unwanted(notice.mail, now)
    quiet = after_quiet(user.notify, now, settings.zone)
    if quiet > now:
        return msgspec.structs.replace(notice.mail, due_at=quiet)
    return mailing.claimed(notice.mail, now)


async def _send_one(
    settings: Settings,
    client: aiosmtplib.SMTP,
    user: User,
    notices: Sequence[Notice],
    now: datetime,
) -> Told:
    try:
        letter = notices_letter(settings, user, notices, now)
    except (ValueError, IndexError) as error:  # an address that no header takes
        return Told(Fate.REFUSED, type(error).__name__)
    told = await send(client, settings.smtp_from, user.email or "", letter)
    log.info("letter", fate=told.fate, error=told.error, notices=len(notices))
    return told
