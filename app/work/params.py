"""Which queue, narrowed how, from which row: typed, and the same thing as the address."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from app.cases.codes import Channel, Importance, Kind, State
from app.dates import read_day
from app.errors import BadInputError
from app.readable import readable
from app.work.queues import Queue

FILTERS = ("state", "importance", "kind", "channel", "theme", "department", "street")
"""Facets: each may be given several times; in the order people see them."""
NARROWS = ("assignee", "asked", "due")
"""Not offered for choosing: numbers of «Сегодня» lead to the cases behind them. `assignee` is a
login, `asked` a department that owes an answer to a request, `due` a day of the municipality."""
CONDITIONS = (*FILTERS, *NARROWS)

_CODES: dict[str, frozenset[str]] = {
    "state": frozenset(State),
    "importance": frozenset(Importance),
    "kind": frozenset(Kind),
    "channel": frozenset(Channel),
}
_LONGEST_VALUE = 512
_MOST_VALUES = 200
"""A sector block is the names of its departments."""
PAGE = 30
"""Rows of a page: what an office screen shows in two looks."""


@dataclass(frozen=True)
class WorkParams:
    queue: Queue = Queue.MINE
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By names of `CONDITIONS`; one without values is absent."""
    after: str | None = None
    """The row before the page (`app.work.cursor`)."""

    def values(self, name: str) -> tuple[str, ...]:
        return self.filters.get(name, ())

    def pairs(self) -> list[tuple[str, str]]:
        """Name and value pairs of the address: equal states have equal ones."""
        found = [("queue", self.queue.value)]
        found += [(name, value) for name in CONDITIONS for value in self.values(name)]
        return [*found, ("after", self.after)] if self.after else found

    @property
    def query(self) -> str:
        return urlencode(self.pairs())

    @property
    def address(self) -> str:
        return f"/work?{self.query}"

    @property
    def first(self) -> "WorkParams":
        return replace(self, after=None)

    def toggled(self, name: str, value: str) -> "WorkParams":
        """With `value` added to a filter, or removed where it was chosen; from the first page."""
        chosen = self.values(name)
        left = tuple(item for item in chosen if item != value)
        filters = {**self.filters, name: left if value in chosen else (*chosen, value)}
        return replace(self, filters=_present(filters), after=None)


def parse_work(pairs: Iterable[tuple[str, str]]) -> WorkParams:
    """Reads name and value pairs; unknown names are left alone.

    Raises `BadInputError` naming the field.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        text = value.encode("utf-8", "replace").decode("utf-8").strip()
        if text:
            given.setdefault(name, []).append(text)
    filters = {name: _values(name, given.get(name, [])) for name in CONDITIONS}
    return WorkParams(_queue(given), _present(filters), given.get("after", [None])[-1])


def readable_work(pairs: Iterable[tuple[str, str]]) -> WorkParams:
    """From the first page."""
    return readable(parse_work, (pair for pair in pairs if pair[0] != "after"))


def _present(filters: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: filters[name] for name in CONDITIONS if filters.get(name)}


def _queue(given: dict[str, list[str]]) -> Queue:
    name = given.get("queue", [Queue.MINE])[-1]
    if name not in set(Queue):
        known = ", ".join(Queue)
        raise BadInputError(f"Такой очереди нет. Можно: {known}.", field="queue")
    return Queue(name)


def _values(name: str, given: list[str]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(given))
    if len(values) > _MOST_VALUES or any(len(value) > _LONGEST_VALUE for value in values):
        raise BadInputError(f"В фильтре «{name}» слишком много значений.", field=name)
    if name == "due" and not all(map(_is_day, values)):
        raise BadInputError("День срока пишут так: 2026-11-26.", field="due")
    codes = _CODES.get(name)
    if codes and not codes.issuperset(values):
        known = ", ".join(sorted(codes))
        raise BadInputError(
            f"Фильтр «{name}» не знает такого значения. Можно: {known}.", field=name
        )
    return values


def _is_day(text: str) -> bool:
    """`YYYY-MM-DD`, as addresses have it, and no other spelling of a day."""
    try:
        return read_day(text).isoformat() == text
    except ValueError:
        return False
