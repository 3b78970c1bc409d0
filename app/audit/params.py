"""What of the journal is asked for: typed, checked, and the same thing as the page's address."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from app.audit.models import Outcome
from app.dates import read_day
from app.errors import BadInputError

FILTERS = ("who", "what", "outcome", "number")
_LONGEST = 128
_PLACE = re.compile(r"(\d{1,15})~(\d{1,9})~([A-Za-z0-9:._-]{1,128})")


@dataclass(frozen=True)
class AuditParams:
    filters: dict[str, str] = field(default_factory=dict)
    """By names of `FILTERS`, one value each."""
    since: date | None = None
    until: date | None = None
    """Both days inclusive, in the municipality's zone."""
    after: str | None = None

    def pairs(self) -> list[tuple[str, str]]:
        """Of the address, without the page."""
        days = (("from", self.since), ("to", self.until))
        told = [(name, self.filters[name]) for name in FILTERS if name in self.filters]
        return told + [(name, day.isoformat()) for name, day in days if day]

    def toggled(self, name: str, value: str) -> "AuditParams":
        """With `value` chosen, or let go where it was; from the first page."""
        left = {key: old for key, old in self.filters.items() if key != name}
        if self.filters.get(name) != value:
            left[name] = value
        return replace(self, filters=left, after=None)

    def without(self, name: str) -> "AuditParams":
        """Without one condition: a filter, «from» or «to»."""
        left = [pair for pair in self.pairs() if pair[0] != name]
        return parse_params(left)

    def place(self) -> list[int | str] | None:
        """Sort values of the last line of the page before. Raises `BadInputError`."""
        if not self.after:
            return None
        found = _PLACE.fullmatch(self.after)
        if not found:
            raise BadInputError("Такой страницы журнала нет. Начните с первой.", field="after")
        return [int(found[1]), int(found[2]), found[3]]


def parse_params(pairs: Iterable[tuple[str, str]]) -> AuditParams:
    """Unknown names are left alone; of a name given twice the last counts. `BadInputError`."""
    given = {name: value.strip() for name, value in pairs if value.strip()}
    filters = {name: given[name] for name in FILTERS if name in given}
    for name, value in filters.items():
        if len(value) > _LONGEST:
            raise BadInputError("Условие слишком длинное.", field=name)
    if filters.get("outcome", Outcome.DONE) not in set(Outcome):
        raise BadInputError("Исход бывает «done» или «refused».", field="outcome")
    since, until = _day(given, "from"), _day(given, "to")
    if since and until and since > until:
        raise BadInputError("Начало периода позже его конца: поменяйте даты местами.", field="from")
    params = AuditParams(filters, since, until, given.get("after"))
    params.place()
    return params


def _day(given: dict[str, str], name: str) -> date | None:
    if name not in given:
        return None
    try:
        return read_day(given[name])
    except ValueError:
        raise BadInputError(
            "Дату напишите так: 2026-11-22 (год, месяц, день).", field=name
        ) from None
