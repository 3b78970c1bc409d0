"""What a search for notices finds."""

from typing import Any

from msgspec import Struct

from app.notices.models import Notice, NoticeKind


class NoticePage(Struct, frozen=True):
    rows: list[Notice]
    total: int
    unread: int
    """Of all, whatever is chosen."""
    kinds: dict[NoticeKind, int]
    next_place: list[Any] | None
    """Sort values of the last row where there is a next page."""


class Letters(Struct, frozen=True):
    """Of the whole installation, digests among them. Notices of one person that came within a
    minute go as one letter: here each is counted.
    """

    waiting: int
    late: int
    """Of those, the ones whose time was over some minutes ago: where there are any, the mail server
    is away or nobody works.
    """
    lost: int
    """Refused for good in the last days, or sent by a worker that died meanwhile."""
