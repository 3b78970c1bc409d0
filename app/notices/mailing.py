"""The steps of one letter, each a new `Mail`: whoever writes it by compare-and-set has done it."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from app.notices.models import Mail, MailState

CLAIM = timedelta(minutes=5)
"""Longer than a server may take over one letter (`app.notices.smtp`)."""
_LONGEST = timedelta(hours=1)
WAITING = frozenset({MailState.DUE, MailState.DIGEST})


def claimed(mail: Mail, now: datetime) -> Mail:
    """Before anything is sent: who dies after this has perhaps sent it."""
    return replace(mail, state=MailState.SENDING, at=now, claimed_until=now + CLAIM, error=None)


def sent(mail: Mail, now: datetime) -> Mail:
    return replace(mail, state=MailState.SENT, at=now, claimed_until=None, error=None)


def delayed(mail: Mail, now: datetime, error: str) -> Mail:
    """Refused for now: again after 1, 2, 4 … minutes, an hour at most."""
    pause = min(timedelta(minutes=1) * 2 ** min(mail.tries, 10), _LONGEST)
    return replace(
        mail,
        state=MailState.DUE,
        tries=mail.tries + 1,
        at=now,
        due_at=now + pause,
        claimed_until=None,
        error=error,
    )


def failed(mail: Mail, now: datetime, error: str) -> Mail:
    return replace(mail, state=MailState.FAILED, at=now, claimed_until=None, error=error)


def unsure(mail: Mail, now: datetime) -> Mail:
    return replace(mail, state=MailState.UNSURE, at=now, claimed_until=None)


def unwanted(mail: Mail, now: datetime) -> Mail:
    """Read in the app, no address any more, or the account is closed: nothing is to be sent."""
    return replace(mail, state=MailState.NONE, at=now, claimed_until=None)


def is_lost(mail: Mail, now: datetime) -> bool:
    """Claimed by a worker that is no more."""
    claim = mail.claimed_until
    return mail.state is MailState.SENDING and claim is not None and claim < now
