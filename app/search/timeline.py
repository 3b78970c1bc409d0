"""When the found cases came: days, weeks, months or years, whichever a person can take in."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MOST_BARS = 62
"""Bars that still can be hit with a finger at 390 px: two months by day, a year by week."""
MOST_MONTHS = 180
"""Fifteen years by month; a result with older cases is shown by year."""

_MONTHS = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)
_LAST_MONTH = 12
_MONDAY = 7


class Step(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Span:
    """Both days inclusive, in the municipality's zone."""

    first: date
    last: date
    count: int


def month_label(value: str) -> str:
    """«2026-03» → «март 2026»."""
    year, _, month = value.partition("-")
    return f"{_MONTHS[int(month) - 1]} {int(year)}"


def month_days(value: str) -> tuple[date, date]:
    """The first and the last day of «2026-03»."""
    first = date.fromisoformat(f"{value}-01")
    return first, _end(first, Step.MONTH)


def months(
    days: Iterable[tuple[date, int]], since: date | None, until: date | None
) -> Counter[str]:
    """Counts by month, «2026-03», of the days inside the period."""
    counts: Counter[str] = Counter()
    for day, count in days:
        if (since is None or day >= since) and (until is None or day <= until):
            counts[f"{day:%Y-%m}"] += count
    return counts


def spans(days: list[tuple[date, int]]) -> tuple[Step, list[Span]]:
    """All spans from the first day to the last, the empty ones too; `days` are in their order."""
    if not days:
        return Step.DAY, []
    first, last = days[0][0], days[-1][0]
    step = _step(first, last)
    counts: Counter[date] = Counter()
    for day, count in days:
        counts[_start(day, step)] += count
    found, start = [], _start(first, step)
    while start <= last:
        end = _end(start, step)
        found.append(Span(start, end, counts[start]))
        if end == date.max:
            break
        start = end + timedelta(days=1)
    return step, found


def _step(first: date, last: date) -> Step:
    length = (last - first).days + 1
    if length <= MOST_BARS:
        return Step.DAY
    if length <= MOST_BARS * 7:
        return Step.WEEK
    held = (last.year - first.year) * _LAST_MONTH + last.month - first.month + 1
    return Step.MONTH if held <= MOST_MONTHS else Step.YEAR


def _start(day: date, step: Step) -> date:
    """Weeks begin on Monday."""
    if step is Step.WEEK:
        return max(day, date.min + timedelta(days=_MONDAY)) - timedelta(days=day.weekday())
    if step is Step.MONTH:
        return day.replace(day=1)
    return day.replace(month=1, day=1) if step is Step.YEAR else day


def _end(start: date, step: Step) -> date:
    if step is Step.WEEK:
        return start + timedelta(days=6)
    if step is Step.YEAR:
        return start.replace(month=_LAST_MONTH, day=31)
    if step is Step.MONTH:
        if start.month == _LAST_MONTH:
            return start.replace(day=31)
        return start.replace(month=start.month + 1) - timedelta(days=1)
    return start
