"""When a person is written to: by what they chose, their quiet hours and the days they work."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from app.accounts.models import DigestDays, NoticeChoices, User, Way
from app.deadlines.days import DayTable
from app.notices import mailing
from app.notices.models import Mail, MailState, kind_of


def planned(user: User, what: str, now: datetime, zone: ZoneInfo, *, mail_on: bool) -> Mail:
    """The letter about an event for `user`; `mail_on` says whether this installation writes."""
    if not mail_on or not user.email:
        return Mail()
    way = user.notify.ways.get(kind_of(what), Way.NOW)
    if way is Way.DIGEST and user.notify.digest_at:
        return Mail(state=MailState.DIGEST)
    if way is not Way.NOW:
        return Mail()
    return Mail(state=MailState.DUE, due_at=after_quiet(user.notify, now, zone))


def first_step(mail: Mail, user: User, now: datetime, zone: ZoneInfo) -> Mail:
    """Of a letter whose time has come: claimed, or put off to the end of quiet hours, which may
    have begun, or have been chosen, since it was planned.
    """
    quiet = after_quiet(user.notify, now, zone)
    return replace(mail, due_at=quiet) if quiet > now else mailing.claimed(mail, now)


def after_quiet(choices: NoticeChoices, now: datetime, zone: ZoneInfo) -> datetime:
    """`now`, or the end of the quiet hours it lies in; in UTC."""
    since, until = _hour(choices.quiet_from), _hour(choices.quiet_until)
    local = now.astimezone(zone)
    if since is None or until is None or not _within(local.time(), since, until):
        return now.astimezone(UTC)
    over_midnight = since > until and local.time() >= since
    day = local.date() + timedelta(days=1) if over_midnight else local.date()
    return datetime.combine(day, until, zone).astimezone(UTC)


def digest_day(
    choices: NoticeChoices, now: datetime, zone: ZoneInfo, table: DayTable
) -> date | None:
    """The day whose digest is due at `now`; None before its hour and on days without one."""
    hour = _hour(choices.digest_at)
    local = now.astimezone(zone)
    if hour is None or local.time() < hour:
        return None
    working = table.works(table.index(local.date()))
    every = choices.digest_days is DigestDays.EVERY
    return local.date() if every or working else None


def _hour(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _within(at: time, since: time, until: time) -> bool:
    """The end itself is outside; equal ends hold nothing."""
    if since <= until:
        return since <= at < until
    return at >= since or at < until
