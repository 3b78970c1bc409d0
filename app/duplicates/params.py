"""Which pairs, narrowed how, from which page: typed, and the same thing as the address."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

from app.errors import BadInputError
from app.numbers import chosen_number
from app.similarity.models import MatchKind

PAGE = 10
"""Pairs of a page: each is two whole texts."""
_LONGEST = 512
_MOST_PAGES = 1000


class Show(StrEnum):
    OPEN = "open"
    """What this person is asked."""
    UNSURE = "unsure"
    """Open too, but this person said «не знаю»."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDONE = "undone"
    SHOWN = "shown"
    ALL = "all"


@dataclass(frozen=True)
class ReviewParams:
    show: Show = Show.OPEN
    theme: str | None = None
    """Empty: pairs without a theme."""
    kind: MatchKind | None = None
    page: int = 1

    def pairs(self) -> list[tuple[str, str]]:
        """Only what differs from the page as it opens: equal states have equal addresses."""
        found = [("show", self.show.value)] if self.show is not Show.OPEN else []
        found += [("theme", self.theme)] if self.theme is not None else []
        found += [("kind", self.kind.value)] if self.kind else []
        return [*found, ("page", str(self.page))] if self.page > 1 else found

    @property
    def address(self) -> str:
        query = urlencode(self.pairs())
        return f"/duplicates?{query}" if query else "/duplicates"

    @property
    def first(self) -> "ReviewParams":
        return replace(self, page=1)


def parse_review(pairs: Iterable[tuple[str, str]]) -> ReviewParams:
    """Unknown names are left alone. Raises `BadInputError` naming the field."""
    given = dict(pairs)
    show, kind = given.get("show") or Show.OPEN, given.get("kind") or None
    if show not in set(Show):
        raise BadInputError("Так пары не показать.", field="show")
    if kind and kind not in set(MatchKind):
        raise BadInputError("Такого вида сходства нет.", field="kind")
    theme = given.get("theme")
    if theme is not None and len(theme) > _LONGEST:
        raise BadInputError("Такой темы нет.", field="theme")
    return ReviewParams(Show(show), theme, MatchKind(kind) if kind else None, _page(given))


def _page(given: dict[str, str]) -> int:
    text = given.get("page") or "1"
    return chosen_number(text, "page", _MOST_PAGES, "Этой страницы списка нет.")
