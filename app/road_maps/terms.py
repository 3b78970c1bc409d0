"""By when a part is due, counted by the deadline engine, and when its owner is reminded: pure."""

from datetime import date, datetime

from msgspec import Struct

from app.deadlines.counting import due_moment
from app.deadlines.days import DayTable
from app.deadlines.models import Profile, Start, Unit
from app.errors import BadInputError


class Term(Struct, frozen=True):
    code: str
    name: str
    unit: Unit
    amount: int
    """Working days, or minutes of working time."""


TERMS: tuple[Term, ...] = (
    Term("h2", "2 рабочих часа", Unit.WORKING_TIME, 120),
    Term("h4", "4 рабочих часа", Unit.WORKING_TIME, 240),
    Term("h8", "8 рабочих часов", Unit.WORKING_TIME, 480),
    Term("d1", "1 рабочий день", Unit.WORKING_DAY, 1),
    Term("d3", "3 рабочих дня", Unit.WORKING_DAY, 3),
    Term("d5", "5 рабочих дней", Unit.WORKING_DAY, 5),
    Term("d10", "10 рабочих дней", Unit.WORKING_DAY, 10),
)
_LONGEST_OF_JOINT = "d10"
_WARN_SHARE = 4
"""A quarter of the working time before the end, a working day at most."""
_DAY_SECONDS = 8 * 3600
_SHORTEST = 3600
"""Working seconds of a term that is warned of: nobody needs a warning of what was just given."""


class Moments(Struct, frozen=True):
    due_at: datetime
    warn_at: datetime | None
    escalate_at: datetime


def moments(term: str, due_on: date | None, table: DayTable, now: datetime) -> Moments:
    """`due_on` where a day was named, till the end of its working time. Raises `BadInputError`."""
    try:
        due = _on_day(due_on, table) if due_on else _after_term(term, table, now)
        if due <= now:
            raise BadInputError("Срок уже прошёл: выберите день позже.", field="due_on")
        return Moments(due, _warning(table, now, due), _escalation(table, due))
    except OverflowError:
        raise BadInputError("Этот день вне рабочего календаря.", field="due_on") from None


def latest_of_joint(table: DayTable, now: datetime, due: datetime) -> datetime:
    """To when at most a part of a joint step may be moved that is due at `due`, or given first,
    where `due` is `now`: the others wait for it, so its day is a short one. Raises `BadInputError`.
    """
    try:
        return _after_term(_LONGEST_OF_JOINT, table, max(now, due))
    except OverflowError:
        raise BadInputError("Этот день вне рабочего календаря.", field="due_on") from None


def _on_day(day: date, table: DayTable) -> datetime:
    index = table.index(day)
    return table.moment(index, table.closing(index))


def _after_term(code: str, table: DayTable, now: datetime) -> datetime:
    found = next((one for one in TERMS if one.code == code), None)
    if found is None:
        raise BadInputError("Выберите срок или назовите день.", field="term")
    start = Start.MOMENT if found.unit is Unit.WORKING_TIME else Start.NEXT_DAY
    profile = Profile(
        code=found.code, name=found.name, unit=found.unit, amount=found.amount, start=start
    )
    return due_moment(profile, table, now)


def _warning(table: DayTable, now: datetime, due: datetime) -> datetime | None:
    since, until = table.worked(*table.place(now)), table.worked(*table.place(due))
    if until - since <= _SHORTEST:
        return None
    ahead = min((until - since) // _WARN_SHARE, _DAY_SECONDS)
    return table.moment(*table.after(until - ahead))


def _escalation(table: DayTable, due: datetime) -> datetime:
    """A working day after the due moment."""
    return table.moment(*table.after(table.worked(*table.place(due)) + _DAY_SECONDS))
