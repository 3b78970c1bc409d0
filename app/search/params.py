"""What was asked: typed, checked, and the same thing as the address of the page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from app.cases.codes import Channel, Kind, State
from app.dates import sane_day
from app.errors import BadInputError
from app.numbers import chosen_number
from app.readable import readable
from app.search.understanding import SWITCHES

FACETS = (
    "state",
    "kind",
    "channel",
    "group",
    "theme",
    "department",
    "municipality",
    "street",
    "source",
    "problem",
)
"""Filters by value, in the order people see them; each may be given several times."""

FILTERS = (*FACETS, "settlement", "district", "month", "import")
"""`month` («2026-03») is counted from the days of the timeline, not as a value of a field;
`settlement`, `district` and `import` are not offered for choosing: counts of problems and of a load
lead to the cases behind them."""

_CODES: dict[str, type[StrEnum]] = {"kind": Kind, "channel": Channel, "state": State}
_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
_LONGEST_VALUE = 512
_MOST_VALUES = 50
"""Values of one filter: more is no choice of a person."""

SIZE = 20
MAX_SIZE = 100


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "-received_at"
    DEADLINE = "deadline"


class Mode(StrEnum):
    AUTO = "auto"
    """By words and meaning, words first where the question is short, quoted or an address."""
    WORDS = "words"
    HYBRID = "hybrid"
    """Meaning has its whole weight also in short and quoted questions."""


@dataclass(frozen=True)
class SearchParams:
    q: str = ""
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By names of `FILTERS`; a filter without values is absent."""
    since: date | None = None
    until: date | None = None
    """Both days inclusive, in the municipality's zone."""
    sort_given: Sort | None = None
    mode: Mode = Mode.AUTO
    size: int = SIZE
    after: str | None = None
    asis: tuple[str, ...] = ()
    """Steps of understanding that are switched off, of `SWITCHES` and in its order."""

    @property
    def sort(self) -> Sort:
        """Without words there is nothing to be relevant to: newest first."""
        if not self.q.strip() and self.sort_given in {None, Sort.RELEVANCE}:
            return Sort.NEWEST
        return self.sort_given or Sort.RELEVANCE

    def values(self, name: str) -> tuple[str, ...]:
        return self.filters.get(name, ())

    def pairs(self) -> list[tuple[str, str]]:
        """Name and value pairs of the address; whatever is empty or default is left out."""
        found = [("q", self.q)]
        found += [(name, value) for name in FILTERS for value in self.values(name)]
        found += [
            ("from", self.since.isoformat() if self.since else ""),
            ("to", self.until.isoformat() if self.until else ""),
            ("sort", self.sort_given or ""),
            ("mode", "" if self.mode is Mode.AUTO else self.mode),
            ("size", "" if self.size == SIZE else str(self.size)),
            ("asis", ",".join(self.asis)),
            ("after", self.after or ""),
        ]
        return [(name, str(value)) for name, value in found if value]

    def toggled(self, name: str, value: str) -> "SearchParams":
        """With `value` of a filter added, or removed where it was chosen; from the first page."""
        chosen = self.values(name)
        left = tuple(item for item in chosen if item != value)
        values = left if value in chosen else (*chosen, value)
        filters = {**self.filters, name: values}
        kept = {key: items for key, items in filters.items() if items}
        return replace(self, filters=kept, after=None)

    def switched(self, step: str) -> "SearchParams":
        """With a step of understanding switched off, or on where it was off; first page."""
        off = set(self.asis) ^ {step}
        return replace(self, asis=tuple(name for name in SWITCHES if name in off), after=None)


def parse_params(pairs: Iterable[tuple[str, str]]) -> SearchParams:
    """Reads name and value pairs of an address; of a single-valued name the last one counts.

    Unknown names are left alone. Raises `BadInputError` naming the field.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            given.setdefault(name, []).append(_encodable(value))
    filters = {name: _values(name, given[name]) for name in FILTERS if name in given}
    since, until = _day(given, "from"), _day(given, "to")
    if since and until and since > until:
        raise BadInputError("Начало периода позже его конца: поменяйте даты местами.", field="from")
    return SearchParams(
        q=given.get("q", [""])[-1],
        filters=filters,
        since=since,
        until=until,
        sort_given=_sort(given),
        mode=_mode(given),
        size=_size(given),
        after=given["after"][-1] if "after" in given else None,
        asis=_asis(given),
    )


def readable_params(pairs: Iterable[tuple[str, str]]) -> SearchParams:
    """From the first page."""
    return readable(parse_params, (pair for pair in pairs if pair[0] != "after"))


def _encodable(value: str) -> str:
    """Half characters, which a terminal makes of bytes it cannot read, become «?»."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _values(name: str, given: list[str]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value.strip() for value in given))
    if len(values) > _MOST_VALUES or any(len(value) > _LONGEST_VALUE for value in values):
        raise BadInputError(f"В фильтре «{name}» слишком много значений.", field=name)
    if name == "month" and not all(map(_MONTH.fullmatch, values)):
        raise BadInputError("Месяц не понят: нужен как 2026-11.", field=name)
    if codes := _CODES.get(name):
        for value in values:
            if value not in {code.value for code in codes}:
                known = ", ".join(code.value for code in codes)
                raise BadInputError(
                    f"Фильтр «{name}» не знает такого значения. Можно: {known}.", field=name
                )
    return values


def _day(given: dict[str, list[str]], name: str) -> date | None:
    if name not in given:
        return None
    text = given[name][-1].strip()
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return sane_day(datetime.strptime(text, pattern).date())  # noqa: DTZ007 - a bare day
        except ValueError:
            continue
    raise BadInputError(
        "Дата не понята: нужна как 2026-11-22 или 22.11.2026.",
        field=name,
    )


def _sort(given: dict[str, list[str]]) -> Sort | None:
    if "sort" not in given:
        return None
    try:
        return Sort(given["sort"][-1])
    except ValueError:
        known = ", ".join(Sort)
        raise BadInputError(f"Такого порядка нет. Можно: {known}.", field="sort") from None


def _mode(given: dict[str, list[str]]) -> Mode:
    mode = given.get("mode", [Mode.AUTO])[-1]
    try:
        return Mode(mode)
    except ValueError:
        known = ", ".join(Mode)
        raise BadInputError(f"Такого поиска нет. Можно: {known}.", field="mode") from None


def _asis(given: dict[str, list[str]]) -> tuple[str, ...]:
    named = {name.strip() for text in given.get("asis", []) for name in text.split(",")} - {""}
    if named - set(SWITCHES):
        known = ", ".join(SWITCHES)
        raise BadInputError(f"Такого шага нет. Можно выключить: {known}.", field="asis")
    return tuple(name for name in SWITCHES if name in named)


def _size(given: dict[str, list[str]]) -> int:
    text = given.get("size", [str(SIZE)])[-1].strip()
    told = f"На странице может быть от 1 до {MAX_SIZE} строк."
    return chosen_number(text, "size", MAX_SIZE, told)
