"""A calendar as a table of its days: counting in it is a search in sorted sums, not a walk."""

from array import array
from bisect import bisect_left
from datetime import date, datetime, time
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import msgspec

from app.deadlines.country import FIRST_YEAR, LAST_YEAR, country_days
from app.deadlines.models import Calendar, DayOff, Exceptional

_MINUTE, _DAY = 60, 86_400
_FIRST = date(FIRST_YEAR, 1, 1)
_LENGTH = (date(LAST_YEAR, 12, 31) - _FIRST).days + 1

Spans = tuple[tuple[int, int], ...]
"""Working time of one day: seconds from midnight, rising, without overlaps."""


class DayTable:
    """Working time of every day of `FIRST_YEAR` to `LAST_YEAR`.

    A day is an index from 0; a place in time is a day and a second of the wall clock. Outside the
    years nothing is working time.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(calendar.zone)
        self._origin = _FIRST.toordinal()
        self.spans = _spans(calendar)
        lengths = {one: sum(end - start for start, end in one) for one in set(self.spans)}
        self._seconds = array("q", accumulate((lengths[one] for one in self.spans), initial=0))
        self._days = array("q", accumulate(map(bool, self.spans), initial=0))

    def place(self, moment: datetime) -> tuple[int, int]:
        """Day and second of an aware moment; raises `OverflowError` outside the table's years."""
        local = moment.astimezone(self.zone)
        day = self.index(local.date())
        return day, local.hour * 3600 + local.minute * 60 + local.second

    def index(self, day: date) -> int:
        """Raises `OverflowError` outside the table's years."""
        found = day.toordinal() - self._origin
        if not 0 <= found < len(self.spans):
            raise OverflowError(day)
        return found

    def date(self, day: int) -> date:
        return date.fromordinal(self._origin + day)

    def moment(self, day: int, second: int) -> datetime:
        """In the calendar's zone; `second` may be that of the next midnight."""
        extra, rest = divmod(second, _DAY)
        wall = datetime.combine(self.date(day + extra), time(), self.zone)
        return wall.replace(hour=rest // 3600, minute=rest // 60 % 60, second=rest % 60)

    def works(self, day: int) -> bool:
        return bool(self.spans[day])

    def closing(self, day: int) -> int:
        """The end of its working time; of a day off, its last minute."""
        spans = self.spans[day]
        return spans[-1][1] if spans else _DAY - _MINUTE

    def opening(self, day: int) -> int:
        spans = self.spans[day]
        return spans[0][0] if spans else 0

    def worked(self, day: int, second: int) -> int:
        """Working seconds of the table before this place."""
        done = self._seconds[day]
        for start, end in self.spans[day]:
            if second <= start:
                break
            done += min(second, end) - start
        return done

    def after(self, worked: int) -> tuple[int, int]:
        """The first place by which `worked` (1 at least) working seconds have passed."""
        day = bisect_left(self._seconds, worked) - 1
        if day >= len(self.spans):
            raise OverflowError(worked)
        rest = worked - self._seconds[day]
        for start, end in self.spans[day]:
            if rest <= end - start:
                return day, start + rest
            rest -= end - start
        raise AssertionError(day)

    def next_working(self, day: int, second: int) -> tuple[int, int]:
        """The place itself where it is working time, else the next opening; an end is not."""
        for start, end in self.spans[day]:
            if second < end:
                return day, max(second, start)
        following = self.working_day(day + 1)
        return following, self.opening(following)

    def working_day(self, day: int) -> int:
        """`day` itself where it works, else the next that does."""
        return self.nth_working(day, 1)

    def previous_working_day(self, day: int) -> int:
        """`day` itself where it works, else the one before that does."""
        return bisect_left(self._days, self._days[day + 1]) - 1

    def nth_working(self, day: int, number: int) -> int:
        """The `number`-th (1 at least) working day, `day` being looked at first."""
        found = bisect_left(self._days, self._days[day] + number) - 1
        if found >= len(self.spans):
            raise OverflowError(day)
        return found

    def working_days(self, start: int, end: int) -> int:
        """Working days from `start` to before `end`."""
        return self._days[end] - self._days[start]


def known_years(calendar: Calendar) -> frozenset[int]:
    """Years whose moved days are known."""
    return country_days(calendar.country).years


@lru_cache(maxsize=64)
def _table(encoded: bytes) -> DayTable:
    return DayTable(msgspec.json.decode(encoded, type=Calendar))


def table_of(calendar: Calendar) -> DayTable:
    """The table of a calendar; the same object for equal calendars."""
    return _table(msgspec.json.encode(calendar))


def _spans(calendar: Calendar) -> list[Spans]:
    """Of each day in turn; an exception overrides the country, the country the week."""
    week = [_cut(_hours([hours]), calendar.lunch) for hours in calendar.week]
    first = _FIRST.weekday()
    turned = week[first:] + week[:first]
    spans = (turned * (_LENGTH // len(turned) + 1))[:_LENGTH]
    _set_country(spans, week, calendar)
    for one in calendar.exceptions:
        if 0 <= (index := (one.day - _FIRST).days) < _LENGTH:
            spans[index] = _exceptional(one, week)
    return spans


def _set_country(spans: list[Spans], week: list[Spans], calendar: Calendar) -> None:
    """Days off, working days of a weekend (with the hours of a Monday), short days."""
    country = country_days(calendar.country)
    for day in country.working:
        index = (day - _FIRST).days
        spans[index] = spans[index] or week[0]
    for day in country.off:
        spans[(day - _FIRST).days] = ()
    for day in country.before_holidays:
        if 0 <= (index := (day - _FIRST).days) < _LENGTH:
            spans[index] = _shortened(spans[index], calendar.shorten)


def _exceptional(special: Exceptional, week: list[Spans]) -> Spans:
    """Own hours are taken as they are written, lunch and all."""
    if special.kind is DayOff.OFF:
        return ()
    if special.kind is DayOff.HOURS:
        return _hours(special.hours)
    return week[special.day.weekday()] or week[0]


def _hours(lines: list[str]) -> Spans:
    pairs = [line.split("-") for line in lines if line]
    return tuple(sorted((_second(start), _second(end)) for start, end in pairs))


def _second(clock: str) -> int:
    """`24:00` is the end of the day."""
    hour, minute = clock.split(":")
    return int(hour) * 3600 + int(minute) * _MINUTE


def _cut(spans: Spans, lunch: str) -> Spans:
    if not lunch:
        return spans
    ((start, end),) = _hours([lunch])
    parts = [part for a, b in spans for part in ((a, min(b, start)), (max(a, end), b))]
    return tuple((a, b) for a, b in parts if a < b)


def _shortened(spans: Spans, minutes: int) -> Spans:
    """With the last minutes of the day cut off."""
    if not spans:
        return spans
    end = spans[-1][1] - minutes * _MINUTE
    return tuple((a, min(b, end)) for a, b in spans if a < end)
