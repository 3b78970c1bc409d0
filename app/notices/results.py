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
