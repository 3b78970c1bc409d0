"""What holds for every due moment, whatever the profile and the calendar."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.deadlines.counting import due_moment
from app.deadlines.days import known_years, table_of
from app.deadlines.models import (
    DEFAULT_CALENDAR,
    Calendar,
    DayOff,
    Exceptional,
    Profile,
    Shift,
    Start,
    Unit,
)
from tests.deadline_walk import walked

FIRST, LAST = date(2023, 6, 1), date(2030, 6, 1)
ZONES = ["Europe/Moscow", "Europe/Kaliningrad", "Asia/Kamchatka", "UTC"]


def test_years_without_moved_days_are_known() -> None:
    assert {2025, 2026, 2027} <= known_years(DEFAULT_CALENDAR)
    assert 2040 not in known_years(DEFAULT_CALENDAR)
    assert 2040 in known_years(replace(DEFAULT_CALENDAR, country=""))


LINES = st.sampled_from(
    ["", "09:00-18:00", "08:00-16:30", "00:00-24:00", "12:15-12:45", "13:00-22:00"]
)
DAYS = st.dates(FIRST, LAST)
EXCEPTIONS = st.lists(
    st.one_of(
        st.builds(Exceptional, DAYS, st.sampled_from([DayOff.OFF, DayOff.WORKING])),
        st.builds(
            Exceptional,
            DAYS,
            st.just(DayOff.HOURS),
            st.sampled_from([["10:00-11:00"], ["08:00-12:00", "13:00-24:00"]]),
        ),
    ),
    max_size=8,
    unique_by=lambda one: one.day,
)
CALENDARS = st.one_of(
    st.just(DEFAULT_CALENDAR),
    st.builds(
        Calendar,
        code=st.just("own"),
        name=st.just("Свой"),
        zone=st.sampled_from(ZONES),
        week=st.builds(
            lambda monday, rest: [monday, *rest],
            LINES.filter(lambda line: bool(line) and line != "12:15-12:45"),
            st.lists(LINES, min_size=6, max_size=6),
        ),
        lunch=st.sampled_from(["", "12:00-13:00", "14:30-15:00"]),
        country=st.sampled_from(["RU", ""]),
        shorten=st.sampled_from([0, 60, 90]),
        exceptions=EXCEPTIONS,
    ),
)
PROFILES = st.builds(
    Profile,
    code=st.just("own"),
    name=st.just("Свой"),
    unit=st.sampled_from(Unit),
    amount=st.integers(1, 400),
    start=st.sampled_from(Start),
    shift=st.sampled_from(Shift),
    cut_off=st.sampled_from([None, "00:00", "12:00", "17:00"]),
)
MOMENTS = st.datetimes(
    datetime.combine(FIRST, datetime.min.time()),
    datetime.combine(LAST, datetime.min.time()),
    timezones=st.just(UTC),
)
MINUTES = st.integers(0, 60 * 24 * 20)


@contextmanager
def server_zone(name: str) -> Iterator[None]:
    """The zone of this process, as the machine it runs on would set it."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


@given(PROFILES, CALENDARS, MOMENTS)
def test_later_than_the_start(profile: Profile, calendar: Calendar, start: datetime) -> None:
    assert due_moment(profile, table_of(calendar), start) > start


@given(PROFILES, CALENDARS, MOMENTS, st.sampled_from(["Pacific/Auckland", "America/New_York"]))
def test_no_zone_matters_but_the_calendars(
    profile: Profile, calendar: Calendar, start: datetime, server: str
) -> None:
    """Neither the server's nor the one the start is written in."""
    table = table_of(calendar)
    due = due_moment(profile, table, start)
    with server_zone(server):
        assert due_moment(profile, table, start) == due
        fresh = table_of(msgspec.json.decode(msgspec.json.encode(calendar), type=Calendar))
        assert due_moment(profile, fresh, start.astimezone(ZoneInfo("Asia/Chita"))) == due
        assert due_moment(profile, table, start.astimezone()) == due


@given(PROFILES, CALENDARS, MOMENTS, st.integers(1, 50))
def test_longer_is_never_earlier(
    profile: Profile, calendar: Calendar, start: datetime, more: int
) -> None:
    """Of days it may be the same moment: several last days move to one."""
    table = table_of(calendar)
    due = due_moment(profile, table, start)
    longer = due_moment(replace(profile, amount=profile.amount + more), table, start)
    assert longer >= due
    if profile.unit is not Unit.CALENDAR_DAY and profile.amount > 1:
        assert longer > due


@given(PROFILES, CALENDARS, MOMENTS, MINUTES)
def test_what_came_later_is_never_due_earlier(
    profile: Profile, calendar: Calendar, start: datetime, minutes: int
) -> None:
    """Without pauses, for every unit, start, shift and cut-off."""
    table = table_of(calendar)
    later = due_moment(profile, table, start + timedelta(minutes=minutes))
    assert later >= due_moment(profile, table, start)


@given(PROFILES, CALENDARS, MOMENTS)
def test_due_in_working_time(profile: Profile, calendar: Calendar, start: datetime) -> None:
    """Only calendar days that are never shifted may end on a day off."""
    table = table_of(calendar)
    due = due_moment(profile, table, start)
    if profile.unit is Unit.CALENDAR_DAY and profile.shift is Shift.NONE:
        return
    # A moment before, for the end of a day may be the midnight of the next.
    day, second = table.place(due - timedelta(seconds=1))
    assert table.works(day)
    if profile.unit is Unit.WORKING_TIME:
        assert any(a <= second < b for a, b in table.spans[day])
    else:
        assert second + 1 == table.closing(day)


@given(PROFILES, CALENDARS, MOMENTS, st.lists(MINUTES, min_size=3, max_size=3).map(sorted))
def test_pauses_add_up(
    profile: Profile, calendar: Calendar, start: datetime, minutes: list[int]
) -> None:
    table = table_of(calendar)
    a, b, c = (start + timedelta(minutes=one) for one in minutes)
    whole = due_moment(profile, table, start, [(a, c)])
    assert whole == due_moment(profile, table, start, [(a, b), (b, c)])
    assert whole == due_moment(profile, table, start, [(b, c), (a, b)]), "in any order"
    assert whole >= due_moment(profile, table, start)


@given(PROFILES, CALENDARS, MOMENTS, MINUTES, MINUTES)
def test_a_pause_that_began_in_time_ends_in_time(
    profile: Profile, calendar: Calendar, start: datetime, since: int, length: int
) -> None:
    """Whoever stopped the clock before the due moment is not late on the day of resuming."""
    table = table_of(calendar)
    pause = (start + timedelta(minutes=since), start + timedelta(minutes=since + length))
    due = due_moment(profile, table, start)
    paused = due_moment(profile, table, start, [pause])
    if pause[0].replace(microsecond=0) < due:
        assert paused > pause[1].replace(microsecond=0)
    else:
        assert paused == due


@given(
    PROFILES, CALENDARS, MOMENTS, st.lists(MINUTES, max_size=4, unique=True).map(sorted), st.data()
)
def test_a_walk_comes_to_the_same(
    profile: Profile, calendar: Calendar, start: datetime, ends: list[int], data: st.DataObject
) -> None:
    """Minute by minute and day by day, with pauses of the former."""
    start = start.replace(second=0, microsecond=0)
    zone = ZoneInfo(calendar.zone)
    if profile.unit is Unit.WORKING_TIME:
        marks = [start + timedelta(minutes=one // 4) for one in ends[: len(ends) // 2 * 2]]
    else:
        profile, marks = replace(profile, amount=data.draw(st.integers(1, 60))), []
    pauses = list(zip(marks[::2], marks[1::2], strict=True))
    wall = [tuple(one.astimezone(zone).replace(tzinfo=None) for one in pair) for pair in pauses]
    local = start.astimezone(zone).replace(tzinfo=None)
    assume(local.year > 2000)
    due = due_moment(profile, table_of(calendar), start, pauses)
    assert due.replace(tzinfo=None) == walked(profile, calendar, local, wall)
