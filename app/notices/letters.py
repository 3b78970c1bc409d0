"""Letters as people read them: numbers and what happened, never a word of a citizen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

import xxhash

from app.accounts.models import User
from app.errors import OtklikError
from app.notices.models import Notice, NoticeKind, kind_of
from app.notices.words import LETTER_WORDS, about, event_words, headline
from app.settings import Settings
from app.web.filters import counted, show_date, show_datetime

_MOST_NAMED = 3
_MOST_LISTED = 50
_LONGEST_TO = 100


class BadAddressError(OtklikError):
    code = "bad_address"


@dataclass(frozen=True)
class DayCounts:
    """What stands open for a person at the moment of a digest: each number is a list's."""

    overdue: int = 0
    today: int = 0
    mine: int = 0
    unread: int = 0

    @property
    def any(self) -> bool:
        return bool(self.overdue or self.today or self.unread)


def notices_letter(
    settings: Settings, user: User, notices: Sequence[Notice], now: datetime
) -> bytes:
    """One letter of everything that came for `user` since the last; `notices` is not empty.
    Raises `BadAddressError`.
    """
    body = [_greeting(user), *_listed(settings, notices), *_footer(settings)]
    name = letter_name("notice", [one.id for one in notices])
    return _message(settings, user, _subject(notices), body, name, now)


def digest_letter(
    settings: Settings,
    user: User,
    day: date,
    counts: DayCounts,
    notices: Sequence[Notice],
    now: datetime,
) -> bytes:
    """Raises `BadAddressError`."""
    moment = show_datetime(now, settings.zone)
    body = [_greeting(user), f"На {moment}:", *_counted(settings, counts)]
    if notices:
        body += ["", "Что произошло:", "", *_listed(settings, notices)]
    name = letter_name("digest", [user.login, day.isoformat()])
    subject = f"Отклик: сводка за {show_date(day, settings.zone)}"
    return _message(settings, user, subject, [*body, *_footer(settings)], name, now)


def letter_name(kind: str, parts: Sequence[str]) -> str:
    """The same for the same content, so that a mail program shows a letter once."""
    return f"{kind}-{xxhash.xxh3_128_hexdigest(chr(31).join(sorted(parts)).encode())}"


def _subject(notices: Sequence[Notice]) -> str:
    if len(notices) == 1:
        return _told(notices[0])
    numbers = list(dict.fromkeys(about(one) for one in notices))
    named = ", ".join(numbers[:_MOST_NAMED])
    more = " и другие" if len(numbers) > _MOST_NAMED else ""
    count = counted(len(notices), "уведомление", "уведомления", "уведомлений")
    return f"Отклик: {count}, {named}{more}"


def _told(notice: Notice) -> str:
    """«№ 26-000123: назначено обращение»; growth begins with what happened."""
    if kind_of(notice.what) is NoticeKind.GROWTH:
        return headline(notice)
    return f"{about(notice)}: {event_words(notice.what)}"


def _greeting(user: User) -> str:
    return f"{user.name}, здравствуйте.\n"


def _listed(settings: Settings, notices: Sequence[Notice]) -> list[str]:
    lines = [_line(settings, one) for one in notices[:_MOST_LISTED]]
    left = len(notices) - _MOST_LISTED
    if left > 0:
        lines.append(f"И ещё {counted(left, 'уведомление', 'уведомления', 'уведомлений')}.\n")
    return lines


def _line(settings: Settings, notice: Notice) -> str:
    """«№ 26-000123: назначено обращение. Срок 26.11.2026 14:00.» and the link."""
    told = _told(notice)
    if notice.to and notice.to != notice.login:
        told += f" ({_plain(notice.to)})"
    due = f" Срок: {show_datetime(notice.due_at, settings.zone)}." if notice.due_at else ""
    lost = LETTER_WORDS.get(notice.mail.state, "")
    lost = f" Об этом уже писали: {lost}." if lost else ""
    return f"{told}.{due}{lost}\n{settings.base_url}/notices/{notice.id}\n"


def _counted(settings: Settings, counts: DayCounts) -> list[str]:
    rows = (
        ("Просрочено", counts.overdue, "/work?queue=overdue"),
        ("Срок сегодня", counts.today, "/work?queue=today"),
        ("У вас в работе", counts.mine, "/work?queue=mine"),
        ("Непрочитанных уведомлений", counts.unread, "/notices"),
    )
    return [f"{title}: {count}  {settings.base_url}{path}" for title, count, path in rows if count]


def _footer(settings: Settings) -> list[str]:
    return [
        "",
        f"Что и когда вам писать, выбирают здесь: {settings.base_url}/me/notices",
        "Отвечать на это письмо не нужно: его составила программа.",
    ]


def _plain(text: str) -> str:
    """On one line and not endless: names of departments come from tables."""
    return " ".join(text.split())[:_LONGEST_TO]


def _message(
    settings: Settings,
    user: User,
    subject: str,
    body: Sequence[str],
    name: str,
    now: datetime,
) -> bytes:
    """Headers are set by the library, which refuses a line break in any of them."""
    message = EmailMessage(policy=SMTP)
    host = urlsplit(settings.base_url).hostname or "otklik"
    try:
        message["From"] = Address("Отклик", addr_spec=settings.smtp_from)
        message["To"] = Address(addr_spec=user.email or "")
        message["Subject"] = _plain(subject)
        message["Date"] = format_datetime(now.astimezone(settings.zone))
        message["Message-ID"] = f"<{name}@{host}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content("\n".join(body) + "\n", cte="base64")
        return message.as_bytes()
    except (ValueError, IndexError, MessageError) as error:
        raise BadAddressError("Такой адрес почты не записать в письмо.") from error
