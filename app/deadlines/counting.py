"""The due moment of a profile, in a calendar. One rule for the command, the pages and the chase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from app.deadlines.days import DayTable
from app.deadlines.models import Profile, Shift, Start, Unit

Pause = tuple[datetime, datetime]
"""From and until, aware: the clock stood still."""


@dataclass(frozen=True)
class Counted:
    """What led to a due moment; days are those of the table."""

    start: tuple[int, int]
    """Day and second of the start, in the calendar's zone."""
    moved: tuple[int, int]
    """The same after the cut-off."""
    first: int
    """The first day that was counted."""
    last: int
    """The day the count ended on, before any shift."""
    paused: int
    """Days, or seconds of working time, during which the clock stood still."""
    due: tuple[int, int]


def due_moment(
    profile: Profile, table: DayTable, start: datetime, pauses: Sequence[Pause] = ()
) -> datetime:
    """In the calendar's zone; always later than `start`, and than the end of a pause that began in
    time. Pauses do not overlap. Raises `OverflowError` outside the years of the table.
    """
    return table.moment(*count(profile, table, start, pauses).due)


def count(
    profile: Profile, table: DayTable, start: datetime, pauses: Sequence[Pause] = ()
) -> Counted:
    """As `due_moment`, with what led there."""
    place = table.place(start)
    moved = _after_cut_off(profile, table, place)
    if profile.unit is Unit.WORKING_TIME:
        return _count_time(profile, table, place, moved, pauses)
    return _count_days(profile, table, place, moved, pauses)


def _after_cut_off(profile: Profile, table: DayTable, place: tuple[int, int]) -> tuple[int, int]:
    """What comes too late in the day came on the next one; where working days matter, at its
    opening, and so did what came on a day off: else a Saturday would be ahead of a late Friday.
    """
    if not profile.cut_off:
        return place
    late = time.fromisoformat(profile.cut_off)
    day, second = place
    in_time = second < late.hour * 3600 + late.minute * 60
    if profile.unit is Unit.CALENDAR_DAY:
        return place if in_time else (day + 1, 0)
    if in_time and table.works(day):
        return place
    following = table.working_day(day + 1)
    return following, table.opening(following)


def _count_time(
    profile: Profile,
    table: DayTable,
    place: tuple[int, int],
    moved: tuple[int, int],
    pauses: Sequence[Pause],
) -> Counted:
    begin = moved
    if profile.start is Start.NEXT_DAY:
        following = table.working_day(moved[0] + 1)
        begin = following, table.opening(following)
    begin = table.next_working(*begin)
    due = table.worked(*begin) + profile.amount * 60
    stood = 0
    for since, until in sorted(pauses):
        a = max(table.worked(*table.place(since)), table.worked(*begin))
        b = table.worked(*table.place(until))
        if a < due and b > a:
            stood += b - a
            due += b - a
    end = table.after(due)
    return Counted(place, moved, begin[0], end[0], stood, end)


def _count_days(
    profile: Profile,
    table: DayTable,
    place: tuple[int, int],
    moved: tuple[int, int],
    pauses: Sequence[Pause],
) -> Counted:
    """The day a pause begins has been counted; the day it ends stands still."""
    first = _first_day(profile, table, moved)
    last = _last_day(profile, table, first, profile.amount)
    stood, floor = 0, place
    due = _due_on(profile, table, floor, last)
    for since, until in sorted(pauses):
        begin, end = table.place(since), table.place(until)
        if begin >= due:
            continue
        floor = max(floor, end)
        start = max(begin[0] + 1, first)
        if end[0] + 1 > start:
            stood += _days(profile, table, start, end[0] + 1)
            last = _last_day(profile, table, first, profile.amount + stood)
        due = _due_on(profile, table, floor, last)
    return Counted(place, moved, first, last, stood, due)


def _first_day(profile: Profile, table: DayTable, moved: tuple[int, int]) -> int:
    if profile.start is Start.NEXT_DAY:
        return moved[0] + 1
    if profile.start is Start.MOMENT:
        return moved[0]
    return table.next_working(*moved)[0]


def _last_day(profile: Profile, table: DayTable, first: int, amount: int) -> int:
    if profile.unit is Unit.CALENDAR_DAY:
        return first + amount - 1
    return table.nth_working(first, amount)


def _days(profile: Profile, table: DayTable, start: int, end: int) -> int:
    return end - start if profile.unit is Unit.CALENDAR_DAY else table.working_days(start, end)


def _due_on(
    profile: Profile, table: DayTable, floor: tuple[int, int], last: int
) -> tuple[int, int]:
    """The end of the working day of `last`, shifted by the profile's rule; later than `floor`."""
    stays = profile.unit is Unit.CALENDAR_DAY and profile.shift is Shift.NONE
    due = last, table.closing(last)
    if not table.works(last) and not stays:
        previous = table.previous_working_day(last)
        due = previous, table.closing(previous)
        if profile.shift is Shift.NEXT or due <= floor:
            following = table.working_day(last)
            due = following, table.closing(following)
    if due <= floor:
        following = floor[0] + 1 if stays else table.working_day(floor[0] + 1)
        due = following, table.closing(following)
    return due
