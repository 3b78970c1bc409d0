"""Which findings, narrowed how: typed, and the same thing as the address."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from app.errors import BadInputError
from app.friction.models import Kind
from app.numbers import chosen_number

PAGE = 20
PERIODS = {30: "30 дней", 90: "3 месяца", 365: "Год", 0: "Всё время"}
"""Days back from now; 0 does not limit."""
HERE = "/problems/friction"
_DEFAULT_DAYS = 90
_LONGEST = 512
_MOST_PAGES = 1000


class Show(StrEnum):
    OPEN = "open"
    LATER = "later"
    YES = "yes"
    NO = "no"
    ALL = "all"


@dataclass(frozen=True)
class FrictionParams:
    show: Show = Show.OPEN
    kind: Kind | None = None
    department: str | None = None
    """Empty: findings without one. The same for `theme`."""
    theme: str | None = None
    case: str | None = None
    """Id of the only case whose findings are wanted."""
    days: int = _DEFAULT_DAYS
    page: int = 1

    def pairs(self) -> list[tuple[str, str]]:
        """Only what differs from the page as it opens: equal states have equal addresses."""
        found = [("show", self.show.value)] if self.show is not Show.OPEN else []
        found += [("kind", self.kind.value)] if self.kind else []
        found += [("department", self.department)] if self.department is not None else []
        found += [("theme", self.theme)] if self.theme is not None else []
        found += [("case", self.case)] if self.case is not None else []
        found += [("days", str(self.days))] if self.days != _DEFAULT_DAYS else []
        return [*found, ("page", str(self.page))] if self.page > 1 else found

    @property
    def address(self) -> str:
        query = urlencode(self.pairs())
        return f"{HERE}?{query}" if query else HERE

    @property
    def first(self) -> "FrictionParams":
        return replace(self, page=1)

    @property
    def narrowed(self) -> bool:
        narrowing = (self.kind, self.department, self.theme, self.case)
        return any(one is not None for one in narrowing)

    def since(self, now: datetime) -> datetime | None:
        return now - timedelta(days=self.days) if self.days else None


def parse_friction(pairs: Iterable[tuple[str, str]]) -> FrictionParams:
    """Unknown names are left alone. Raises `BadInputError` naming the field."""
    given = dict(pairs)
    show, kind = given.get("show") or Show.OPEN, given.get("kind") or None
    if show not in set(Show):
        raise BadInputError("Так список не показать.", field="show")
    if kind and kind not in set(Kind):
        raise BadInputError("Такого вида трения нет.", field="kind")
    for name in ("department", "theme", "case"):
        if len(given.get(name, "")) > _LONGEST:
            raise BadInputError("Слишком длинное условие.", field=name)
    return FrictionParams(
        Show(show),
        Kind(kind) if kind else None,
        given.get("department"),
        given.get("theme"),
        given.get("case") or None,
        _days(given.get("days")),
        _page(given.get("page") or "1"),
    )


def _days(text: str | None) -> int:
    if not text:
        return _DEFAULT_DAYS
    if text not in set(map(str, PERIODS)):
        raise BadInputError("Такого периода нет.", field="days")
    return int(text)


def _page(text: str) -> int:
    return chosen_number(text, "page", _MOST_PAGES, "Этой страницы списка нет.")
