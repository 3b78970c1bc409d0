"""A calendar as a table of its days: counting in it is a search in sorted sums, not a walk."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
import msgspec

from app.deadlines.models import Calendar, DayOff, Exceptional

STATUTORY = frozenset(
    {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
)
"""Month and day of non-working holidays (ТК art. 112); moved days off are not among them."""
FIRST_YEAR, LAST_YEAR = 2000, 2060
COUNTRY = "RU"
_MINUTE, _DAY = 60, 86_400

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
        self._origin = date(FIRST_YEAR, 1, 1).toordinal()
        self.spans: list[Spans] = list(_spans(calendar))
        self._seconds = array("q", [0])
        self._days = array("q", [0])
        for spans in self.spans:
            self._seconds.append(self._seconds[-1] + sum(end - start for start, end in spans))
            self._days.append(self._days[-1] + bool(spans))

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
    """Years whose moved days are known: some are moved in every year, since two of the eight New
    Year holidays always fall on a weekend, so a year without any has no decree yet.
    """
    if calendar.country != COUNTRY:
        return frozenset(range(FIRST_YEAR, LAST_YEAR + 1))
    return frozenset(holidays.country_holidays(COUNTRY).special_public_holidays)


@lru_cache(maxsize=64)
def _table(encoded: bytes) -> DayTable:
    return DayTable(msgspec.json.decode(encoded, type=Calendar))


def table_of(calendar: Calendar) -> DayTable:
    """The table of a calendar; the same object for equal calendars."""
    return _table(msgspec.json.encode(calendar))


def _spans(calendar: Calendar) -> Iterator[Spans]:
    """Of each day in turn; an exception overrides the country, the country the week."""
    week = [_cut(_hours([hours]), calendar.lunch) for hours in calendar.week]
    off, moved = _country(calendar)
    own = {one.day: one for one in calendar.exceptions}
    day, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    while day <= last:
        if special := own.get(day):
            yield _exceptional(special, week)
        elif day in off:
            yield ()
        else:
            usual = _usual(week, day, moved)
            yield _shortened(usual, calendar) if _before_holiday(day, calendar) else usual
        day += timedelta(days=1)


def _usual(week: list[Spans], day: date, moved: frozenset[date]) -> Spans:
    """A working Saturday has the hours of a Monday."""
    return week[day.weekday()] or (week[0] if day in moved else ())


def _country(calendar: Calendar) -> tuple[frozenset[date], frozenset[date]]:
    """Days off, and days of a weekend that work."""
    if calendar.country != COUNTRY:
        return frozenset(), frozenset()
    found = holidays.country_holidays(COUNTRY, years=range(FIRST_YEAR, LAST_YEAR + 1))
    return frozenset(found), frozenset(found.weekend_workdays)


def _before_holiday(day: date, calendar: Calendar) -> bool:
    tomorrow = day + timedelta(days=1)
    return calendar.country == COUNTRY and (tomorrow.month, tomorrow.day) in STATUTORY


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


def _shortened(spans: Spans, calendar: Calendar) -> Spans:
    """With the last minutes cut off."""
    if not spans:
        return spans
    end = spans[-1][1] - calendar.shorten * _MINUTE
    return tuple((a, min(b, end)) for a, b in spans if a < end)
