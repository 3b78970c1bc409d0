"""A year of a working calendar as people look at it: months of weeks, and what each day is."""

import calendar as months
from datetime import date
from enum import StrEnum

from msgspec import Struct

from app.deadlines.country import country_days
from app.deadlines.days import DayTable, known_years, table_of
from app.deadlines.models import Calendar
from app.deadlines.words import clock, span_words


class DayKind(StrEnum):
    USUAL = "usual"
    OFF = "off"
    SHORT = "short"
    """Works less than is usual for its day of the week."""
    MOVED = "moved"
    """Works though its day of the week does not."""
    EXTRA = "extra"
    """Off though its day of the week works."""


class Day(Struct, frozen=True):
    day: date
    kind: DayKind
    told: str
    """Its name and hours, for people."""


class Month(Struct, frozen=True):
    number: int
    weeks: list[list[Day | None]]
    """From Monday; None outside the month."""
    working: int
    """Working days of it."""


class Year(Struct, frozen=True):
    year: int
    months: list[Month]
    known: bool
    """Whether its moved days are known: False until the decree is in the package."""


def year_of(calendar: Calendar, year: int) -> Year:
    """Raises `OverflowError` outside the calendar's years."""
    table = table_of(calendar)
    table.index(date(year, 1, 1))
    return Year(
        year,
        [_month(table, year, number) for number in range(1, 13)],
        year in known_years(calendar),
    )


def _month(table: DayTable, year: int, number: int) -> Month:
    weeks = [
        [_day(table, date(year, number, day)) if day else None for day in week]
        for week in months.monthcalendar(year, number)
    ]
    days = [one for week in weeks for one in week if one]
    off = {DayKind.OFF, DayKind.EXTRA}
    return Month(number, weeks, sum(one.kind not in off for one in days))


def _day(table: DayTable, day: date) -> Day:
    spans = table.spans[table.index(day)]
    usual = table.calendar.week[day.weekday()]
    kind = day_kind(table, day)
    hours = ", ".join(f"{clock(start)}-{clock(end)}" for start, end in spans)
    name = day_name(table.calendar, day)
    words = _TOLD[kind] if kind is not DayKind.USUAL or not usual else ""
    return Day(day, kind, "; ".join(filter(None, [words, name, hours])))


_TOLD = {
    DayKind.USUAL: "",
    DayKind.OFF: "выходной",
    DayKind.SHORT: "короткий день",
    DayKind.MOVED: "рабочий день вместо выходного",
    DayKind.EXTRA: "нерабочий день",
}


def day_kind(table: DayTable, day: date) -> DayKind:
    index = table.index(day)
    works, usual = table.works(index), bool(table.calendar.week[day.weekday()])
    if not works:
        return DayKind.EXTRA if usual else DayKind.OFF
    if not usual:
        return DayKind.MOVED
    return DayKind.SHORT if worked_in(table, index) < _usually(table, day) else DayKind.USUAL


def worked_in(table: DayTable, index: int) -> int:
    return sum(end - start for start, end in table.spans[index])


def _usually(table: DayTable, day: date) -> int:
    """Seconds of that day of the week where nothing is special."""
    lunch = table.calendar.lunch
    return _length(table.calendar.week[day.weekday()]) - (_length(lunch) if lunch else 0)


def _length(span: str) -> int:
    start, end = ([int(part) for part in each.split(":")] for each in span.split("-"))
    return (end[0] - start[0]) * 3600 + (end[1] - start[1]) * 60


def day_name(calendar: Calendar, day: date) -> str:
    """What people set it for, else the holiday in Russian; empty for a day without a name."""
    own = next((one.note for one in calendar.exceptions if one.day == day), None)
    return country_days(calendar.country).off.get(day, "") if own is None else own


def day_note(table: DayTable, day: date) -> str:
    """What is not usual about a working day; empty where all is."""
    kind = day_kind(table, day)
    own = next((one for one in table.calendar.exceptions if one.day == day), None)
    if own:
        return f"особый день календаря{f': {own.note}' if own.note else ''}"
    if kind is DayKind.MOVED:
        return "рабочий день вместо выходного"
    if kind is not DayKind.SHORT:
        return ""
    cut = span_words(table.calendar.shorten, days=False)
    return f"день короче на {cut} перед праздником"
