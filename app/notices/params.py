"""Which notices, from which row: typed, and the same thing as the address."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from app.errors import BadInputError
from app.notices.models import NoticeKind
from app.web import cursor

PAGE = 30
_PLACE = (int, int, str)
"""Types of `app.notices.query.SORT`."""


class Show(StrEnum):
    ALL = "all"
    UNREAD = "unread"
    READ = "read"


@dataclass(frozen=True)
class NoticeParams:
    show: Show = Show.ALL
    kind: NoticeKind | None = None
    place: list[Any] | None = None
    """Sort values of the row before the page."""

    def pairs(self) -> list[tuple[str, str]]:
        """Only what differs from the page as it opens: equal states have equal addresses."""
        found = [("show", self.show.value)] if self.show is not Show.ALL else []
        found += [("kind", self.kind.value)] if self.kind else []
        return [*found, ("after", cursor.encode(self.place))] if self.place else found

    @property
    def address(self) -> str:
        query = urlencode(self.pairs())
        return f"/notices?{query}" if query else "/notices"

    @property
    def first(self) -> "NoticeParams":
        return replace(self, place=None)


def parse_notices(pairs: Iterable[tuple[str, str]]) -> NoticeParams:
    """Unknown names are left alone. Raises `BadInputError` naming the field."""
    given = dict(pairs)
    show, kind = given.get("show") or Show.ALL, given.get("kind") or None
    if show not in set(Show):
        raise BadInputError("Так уведомления не показать.", field="show")
    if kind and kind not in set(NoticeKind):
        raise BadInputError("Таких уведомлений нет.", field="kind")
    place = _place(given["after"]) if given.get("after") else None
    return NoticeParams(Show(show), NoticeKind(kind) if kind else None, place)


def _place(text: str) -> list[Any]:
    try:
        values = cursor.decode(text)
    except ValueError:
        values = []
    if not cursor.fit(values, _PLACE):
        raise BadInputError("Этой страницы списка нет.", field="after")
    return values
