"""Which problems, narrowed how, from which page: typed, and the same thing as the address."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from app.dates import read_day
from app.errors import BadInputError
from app.numbers import chosen_number
from app.problems.models import LIVING
from app.readable import readable

SIZE = 25
MAX_SIZE = 100
_DEEPEST = 10_000
"""Rows from the first one that the engine pages through."""
_LONGEST = 512
_MOST_VALUES = 50
FACETS = (
    "state",
    "sector",
    "municipality",
    "settlement",
    "district",
    "theme",
    "department",
    "owner",
)
"""Filters by value, in the order people see them; each may be given several times."""


class Show(StrEnum):
    ALL = "all"
    GROWING = "growing"
    NEW = "new"
    STALE = "stale"
    RETURNED = "returned"


@dataclass(frozen=True)
class BoardParams:
    show: Show = Show.ALL
    q: str = ""
    """Words of the name."""
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By names of `FACETS`; a filter without values is absent."""
    since: date | None = None
    until: date | None = None
    """A message of the problem came between these days, both inclusive."""
    page: int = 1
    size: int = SIZE

    def values(self, name: str) -> tuple[str, ...]:
        return self.filters.get(name, ())

    def pairs(self) -> list[tuple[str, str]]:
        """Only what differs from the page as it opens: equal states have equal addresses."""
        found = [("show", "" if self.show is Show.ALL else self.show.value), ("q", self.q)]
        found += [(name, value) for name in FACETS for value in self.values(name)]
        found += [
            ("from", self.since.isoformat() if self.since else ""),
            ("to", self.until.isoformat() if self.until else ""),
            ("size", "" if self.size == SIZE else str(self.size)),
            ("page", "" if self.page == 1 else str(self.page)),
        ]
        return [(name, value) for name, value in found if value]

    @property
    def address(self) -> str:
        query = urlencode(self.pairs())
        return f"/problems?{query}" if query else "/problems"

    @property
    def first(self) -> "BoardParams":
        return replace(self, page=1)

    def toggled(self, name: str, value: str) -> "BoardParams":
        """With `value` of a filter added, or removed where it was chosen; from the first page."""
        chosen = self.values(name)
        left = tuple(item for item in chosen if item != value)
        filters = {**self.filters, name: left if value in chosen else (*chosen, value)}
        return replace(self.first, filters={key: items for key, items in filters.items() if items})


def parse_board(pairs: Iterable[tuple[str, str]]) -> BoardParams:
    """Of a single-valued name the last one counts; unknown names are left alone.

    Raises `BadInputError` naming the field.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            given.setdefault(name, []).append(value.strip())
    since, until = _day(given, "from"), _day(given, "to")
    if since and until and since > until:
        raise BadInputError("Начало периода позже его конца: поменяйте даты местами.", field="from")
    told = f"На странице от 1 до {MAX_SIZE} проблем."
    size = chosen_number(given.get("size", [str(SIZE)])[-1], "size", MAX_SIZE, told)
    page, told = given.get("page", ["1"])[-1], "Этой страницы списка нет."
    return BoardParams(
        show=_show(given),
        q=_words(given),
        filters={name: _values(name, given[name]) for name in FACETS if name in given},
        since=since,
        until=until,
        page=chosen_number(page, "page", _DEEPEST // size, told),
        size=size,
    )


def readable_board(pairs: Iterable[tuple[str, str]]) -> BoardParams:
    return readable(parse_board, pairs)


def _show(given: dict[str, list[str]]) -> Show:
    show = given.get("show", [Show.ALL.value])[-1]
    if show not in set(Show):
        raise BadInputError("Такого списка проблем нет.", field="show")
    return Show(show)


def _words(given: dict[str, list[str]]) -> str:
    words = given.get("q", [""])[-1]
    if len(words) > _LONGEST:
        raise BadInputError("Слишком длинный вопрос.", field="q")
    return words


def _values(name: str, given: list[str]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(given))
    if len(values) > _MOST_VALUES or any(len(value) > _LONGEST for value in values):
        raise BadInputError(f"В фильтре «{name}» слишком много значений.", field=name)
    if name == "state" and not set(values) <= set(LIVING):
        raise BadInputError("Такого состояния у проблемы нет.", field=name)
    return values


def _day(given: dict[str, list[str]], name: str) -> date | None:
    if name not in given:
        return None
    try:
        return read_day(given[name][-1])
    except ValueError:
        raise BadInputError("Дата не понята: нужна как 2026-11-22.", field=name) from None
