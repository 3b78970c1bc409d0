"""A notice (уведомление): that something happened to a case, for one person, with no text of it.

Notices are a projection of histories: an event that concerns people names them in `notify`, and a
worker makes one document for each of them. The id is made of the case, the event and the person,
and a document is only ever created, so nobody is told the same twice however often it runs.
"""

from datetime import datetime
from enum import StrEnum

import xxhash
from msgspec import Struct, field


class NoticeKind(StrEnum):
    """What people choose by: each holds several events of a history."""

    HANDS = "hands"
    ASKED = "asked"
    REPLIED = "replied"
    APPROVAL = "approval"
    DECIDED = "decided"
    RETURNED = "returned"
    DEADLINE = "deadline"
    ESCALATED = "escalated"
    ROAD_MAP = "road_map"
    GROWTH = "growth"


EVENTS: dict[NoticeKind, tuple[str, ...]] = {
    NoticeKind.HANDS: ("assign", "give_question", "reopen", "reopen_question"),
    NoticeKind.ASKED: ("ask",),
    NoticeKind.REPLIED: ("reply",),
    NoticeKind.APPROVAL: ("send_for_approval",),
    NoticeKind.DECIDED: ("approve", "rework"),
    NoticeKind.RETURNED: ("return",),
    NoticeKind.DEADLINE: ("deadline_warning", "deadline_overdue", "request_overdue"),
    NoticeKind.ESCALATED: ("deadline_escalated",),
    NoticeKind.ROAD_MAP: (
        "step_given",
        "step_warning",
        "step_overdue",
        "step_escalated",
        "step_moved",
        "problem_returned",
    ),
    NoticeKind.GROWTH: ("problem_grows", "theme_grows"),
}
_KINDS = {what: kind for kind, events in EVENTS.items() for what in events}


def kind_of(what: str) -> NoticeKind:
    """Of a history event's code; what is new here is taken for a matter of the own work."""
    return _KINDS.get(what, NoticeKind.HANDS)


class MailState(StrEnum):
    NONE = "none"
    """The person wants no letter of this, has no address, or has read it in the app."""
    DUE = "due"
    SENDING = "sending"
    """Claimed by a worker; after `claimed_until` it is not known whether it went."""
    SENT = "sent"
    UNSURE = "unsure"
    """The worker died while sending: not sent again on its own, told in the next digest."""
    FAILED = "failed"
    """Refused for good by the server of the recipient; told in the next digest."""
    DIGEST = "digest"
    """Waits for the daily digest."""


class Mail(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How far the letter about something has come."""

    state: MailState = MailState.NONE
    due_at: datetime | None = None
    """Not before: quiet hours are over by then."""
    tries: int = 0
    at: datetime | None = None
    """Of the last step."""
    claimed_until: datetime | None = None
    error: str | None = None
    """A code, never the words of a server."""
    digest: str | None = None
    """The day of the digest it went with, `YYYY-MM-DD`."""


class Notice(Struct, frozen=True, omit_defaults=True, kw_only=True):
    id: str
    login: str
    case_id: str
    """Or the id of the road map, the problem or the alarm of growth, as the event is about one."""
    number: str
    """Of the case or the road map; of growth what grows and how: «Ямы, Зареченск — 11 за 3 дня»."""
    seq: int
    """Of the event in the case's history."""
    what: str
    """The event's code."""
    at: datetime
    by: str
    """Login; `system` for the chase."""
    rev: int
    stage: str | None = None
    due_at: datetime | None = None
    to: str | None = None
    read_at: datetime | None = None
    mail: Mail = Mail()


class Digest(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One person's letter of one day."""

    id: str
    login: str
    day: str
    """`YYYY-MM-DD` of the municipality."""
    at: datetime
    rev: int
    notices: list[str] = field(default_factory=list)
    """Ids of those it tells of: no other day's digest tells of them."""
    mail: Mail = Mail()


def address_of(notice: Notice) -> str:
    """Of the page of what it tells about, which asks for itself who may see it."""
    if notice.what in {"problem_returned", "problem_grows"}:
        return f"/problems/{notice.case_id}"
    if kind_of(notice.what) is NoticeKind.ROAD_MAP:
        return f"/problems/road-maps/{notice.case_id}"
    if notice.what == "theme_grows":
        return f"/problems/growth#alarm-{notice.case_id}"
    return f"/cases/{notice.case_id}"


def notice_id(case_id: str, seq: int, login: str) -> str:
    return xxhash.xxh3_128_hexdigest(f"{case_id}\x1f{seq}\x1f{login}".encode())


def digest_id(login: str, day: str) -> str:
    return f"{login}:{day}"
