"""A second opinion on deadlines: slow walks over minutes and days that share nothing with the
product's counting but the models.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache

import holidays

from app.deadlines.models import Calendar, DayOff, Profile, Shift, Start, Unit

Moment = datetime
"""Without a zone: the wall clock of the calendar."""
_HOLIDAYS = {
    *(f"0{day}.01" for day in range(1, 9)),
    *("23.02", "08.03", "01.05", "09.05", "12.06", "04.11"),
}
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@cache
def russian(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("RU", years=year)


def hours(calendar: Calendar, day: date) -> list[tuple[Moment, Moment]]:
    """Working time of one day."""
    own = next((one for one in calendar.exceptions if one.day == day), None)
    if own is None:
        return _by_country(calendar, day)
    if own.kind is DayOff.HOURS:
        return [_pair(day, line) for line in own.hours]
    line = calendar.week[day.weekday()] or calendar.week[0]
    return [] if own.kind is DayOff.OFF else _without_lunch(calendar, day, line)


def _by_country(calendar: Calendar, day: date) -> list[tuple[Moment, Moment]]:
    line = calendar.week[day.weekday()]
    if calendar.country != "RU":
        return _without_lunch(calendar, day, line)
    if day in russian(day.year):
        return []
    if day in russian(day.year).weekend_workdays:
        line = line or calendar.week[0]
    spans = _without_lunch(calendar, day, line)
    if not spans or f"{day + _DAY:%d.%m}" not in _HOLIDAYS:
        return spans
    end = spans[-1][1] - timedelta(minutes=calendar.shorten)
    return [(a, min(b, end)) for a, b in spans if a < end]


def _without_lunch(calendar: Calendar, day: date, line: str) -> list[tuple[Moment, Moment]]:
    if not line:
        return []
    start, end = _pair(day, line)
    if not calendar.lunch:
        return [(start, end)]
    noon, after = _pair(day, calendar.lunch)
    return [(a, b) for a, b in [(start, min(end, noon)), (max(start, after), end)] if a < b]


def _pair(day: date, line: str) -> tuple[Moment, Moment]:
    start, end = ((int(one[:2]), int(one[3:])) for one in line.split("-"))
    opened = datetime.combine(day, time())
    return (
        opened + timedelta(hours=start[0], minutes=start[1]),
        opened + timedelta(hours=end[0], minutes=end[1]),
    )


def walked(
    profile: Profile, calendar: Calendar, start: Moment, pauses: Sequence[tuple[Moment, Moment]]
) -> Moment:
    """The due moment; pauses are for working time only."""
    if profile.unit is Unit.WORKING_TIME:
        return _walk_minutes(profile, calendar, start, pauses)
    return _walk_days(profile, calendar, start)


def _came(profile: Profile, calendar: Calendar, start: Moment) -> Moment:
    """When it came, the cut-off being heard."""
    if not profile.cut_off:
        return start
    late = start.time() >= time.fromisoformat(profile.cut_off)
    if profile.unit is Unit.CALENDAR_DAY:
        return datetime.combine(start.date() + _DAY, time()) if late else start
    if not late and hours(calendar, start.date()):
        return start
    return _opening(calendar, start.date() + _DAY)


def _opening(calendar: Calendar, day: date) -> Moment:
    while not hours(calendar, day):
        day += _DAY
    return hours(calendar, day)[0][0]


def _walk_minutes(
    profile: Profile, calendar: Calendar, start: Moment, pauses: Sequence[tuple[Moment, Moment]]
) -> Moment:
    clock = _came(profile, calendar, start)
    if profile.start is Start.NEXT_DAY:
        clock = _opening(calendar, clock.date() + _DAY)
    left, today, spans = profile.amount, clock.date(), hours(calendar, clock.date())
    while left:
        if clock.date() != today:
            today, spans = clock.date(), hours(calendar, clock.date())
        works = any(a <= clock < b for a, b in spans)
        left -= works and not any(a <= clock < b for a, b in pauses)
        clock += _MINUTE
    return clock


def _walk_days(profile: Profile, calendar: Calendar, start: Moment) -> Moment:
    came = _came(profile, calendar, start)
    day = came.date()
    if profile.start is Start.NEXT_DAY:
        day += _DAY
    elif profile.start is Start.NEXT_WORKING:
        while not any(came < b for _, b in hours(calendar, day)):
            day += _DAY
    left = profile.amount
    while left:
        if profile.unit is Unit.CALENDAR_DAY or hours(calendar, day):
            left -= 1
        day += _DAY
    return _shifted(profile, calendar, start, day - _DAY)


def _shifted(profile: Profile, calendar: Calendar, start: Moment, last: date) -> Moment:
    def ends(day: date) -> Moment:
        spans = hours(calendar, day)
        return spans[-1][1] if spans else datetime.combine(day, time(23, 59))

    any_day = profile.unit is Unit.CALENDAR_DAY and profile.shift is Shift.NONE
    day = last
    if profile.shift is Shift.PREVIOUS and not any_day:
        while not hours(calendar, day):
            day -= _DAY
        if ends(day) <= start:
            day = last
    while ends(day) <= start or not (any_day or hours(calendar, day)):
        day += _DAY
    return ends(day)
