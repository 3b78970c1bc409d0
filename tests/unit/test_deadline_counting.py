"""Due moments worked out by hand, and what holds for all of them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from app.deadlines.shipped import PROFILES

MOSCOW = ZoneInfo("Europe/Moscow")
TABLE = table_of(DEFAULT_CALENDAR)

BY_HAND = [
    ("im-4h", "2026-11-23T09:00", "2026-11-23T14:00", "lunch is left out"),
    ("im-4h", "2026-11-23T12:30", "2026-11-23T17:00", "from lunch: waits for its end"),
    ("im-4h", "2026-11-23T07:00", "2026-11-23T14:00", "before opening"),
    ("im-4h", "2026-11-23T18:00", "2026-11-24T14:00", "at closing: the next morning"),
    ("im-4h", "2026-11-20T17:00", "2026-11-23T12:00", "over a weekend: three hours to lunch"),
    ("im-4h", "2025-10-31T17:00", "2025-11-01T12:00", "the working Saturday of 2025"),
    ("im-4h", "2027-02-19T17:00", "2027-02-20T12:00", "the working Saturday of 2027"),
    ("im-4h", "2026-11-03T16:00", "2026-11-05T12:00", "the day before 4 November ends at 17"),
    ("im-2h", "2026-04-30T16:30", "2026-05-04T10:30", "30 April ends at 17, 1 May is off"),
    ("im-4h", "2026-12-30T16:40", "2027-01-11T11:40", "31 December 2026 is off"),
    ("im-not-ours", "2026-12-31T12:00", "2027-01-11T09:30", "a start on a day off"),
    ("im-9h", "2026-11-23T09:00", "2026-11-24T10:00", "more than a day"),
    ("im-8h", "2026-11-23T09:00", "2026-11-23T18:00", "to the very closing"),
    ("59fz-consideration", "2025-12-01T10:00", "2025-12-30T18:00", "31 December 2025 is off: back"),
    ("59fz-consideration", "2026-02-06T23:59", "2026-03-06T18:00", "8 March, a Sunday: back"),
    ("59fz-consideration", "2028-01-30T10:00", "2028-02-29T18:00", "a leap day"),
    ("59fz-registration", "2025-12-30T10:00", "2026-01-12T18:00", "2 January: on to 12 January"),
    ("59fz-registration", "2026-11-20T00:00", "2026-11-23T18:00", "midnight belongs to its day"),
    ("59fz-forwarding", "2026-11-23T10:00", "2026-11-30T18:00", "a week"),
    ("pos-fast8", "2026-12-25T10:00", "2026-12-30T18:00", "2 January: back over 31 December"),
    ("pos-fast8", "2025-12-31T22:52", "2026-01-12T18:00", "back is not after the start: on"),
    ("pos-fast", "2026-10-24T10:00", "2026-11-03T17:00", "a short last day"),
    ("im-interim-8d", "2026-12-25T10:00", "2027-01-15T18:00", "working days over New Year"),
    ("im-interim-7d", "2026-04-29T10:00", "2026-05-12T18:00", "30 April, 4-8 and 12 May"),
]


def moment(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(("code", "start", "due", "why"), BY_HAND)
def test_worked_out_by_hand(code: str, start: str, due: str, why: str) -> None:
    assert due_moment(PROFILES[code], TABLE, moment(start)) == moment(due), why


def profile(**fields: object) -> Profile:
    given = {"code": "own", "name": "Свой", "unit": Unit.CALENDAR_DAY, "amount": 3, **fields}
    return Profile(**given)  # type: ignore[arg-type]


def test_the_cut_off_counts_the_evening_as_the_next_day() -> None:
    kaluga = profile(unit=Unit.WORKING_DAY, start=Start.MOMENT, cut_off="17:00")
    assert due_moment(kaluga, TABLE, moment("2026-11-23T16:59")) == moment("2026-11-25T18:00")
    assert due_moment(kaluga, TABLE, moment("2026-11-23T17:00")) == moment("2026-11-26T18:00")


def test_a_last_day_off_may_stay_where_it_is() -> None:
    stays = profile(shift=Shift.NONE)
    assert due_moment(stays, TABLE, moment("2026-11-26T10:00")) == moment("2026-11-29T23:59")


def test_a_pause_moves_the_due_moment_by_what_stood() -> None:
    hours = PROFILES["im-4h"]
    pause = (moment("2026-11-23T10:00"), moment("2026-11-24T11:00"))
    due = due_moment(hours, TABLE, moment("2026-11-23T09:00"), [pause])
    assert due == moment("2026-11-24T15:00"), "an hour before the pause, three after it"
    days = PROFILES["pos-fast"]
    stood = (moment("2026-11-24T10:00"), moment("2026-11-29T10:00"))
    assert due_moment(days, TABLE, moment("2026-11-23T10:00"), [stood]) == moment(
        "2026-12-08T18:00"
    )


def test_another_town_has_its_own_calendar() -> None:
    kamchatka = ZoneInfo("Asia/Kamchatka")
    own = Calendar(
        code="k",
        name="Камчатка",
        zone="Asia/Kamchatka",
        week=["08:00-16:00"] * 6 + [""],
        lunch="",
        exceptions=[
            Exceptional(datetime(2026, 11, 24, tzinfo=UTC).date(), DayOff.OFF),
            Exceptional(datetime(2026, 11, 25, tzinfo=UTC).date(), DayOff.HOURS, ["10:00-11:00"]),
        ],
    )
    due = due_moment(PROFILES["im-2h"], table_of(own), moment("2026-11-23T15:30", kamchatka))
    assert due == moment("2026-11-26T08:30", kamchatka), "30 minutes, an hour, 30 minutes"
    saturday = due_moment(PROFILES["im-2h"], table_of(own), moment("2026-11-28T09:00", kamchatka))
    assert saturday == moment("2026-11-28T11:00", kamchatka)


def test_years_without_moved_days_are_known() -> None:
    assert {2025, 2026, 2027} <= known_years(DEFAULT_CALENDAR)
    assert 2040 not in known_years(DEFAULT_CALENDAR)


MOMENTS = st.datetimes(
    datetime(2015, 1, 1),  # noqa: DTZ001 - the strategy puts the zone on
    datetime(2035, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
ANY = st.builds(
    profile,
    unit=st.sampled_from(Unit),
    amount=st.integers(1, 400),
    start=st.sampled_from(Start),
    shift=st.sampled_from(Shift),
    cut_off=st.sampled_from([None, "12:00", "17:00"]),
)


@given(ANY, MOMENTS)
def test_never_before_the_start_and_the_same_in_any_zone(own: Profile, start: datetime) -> None:
    due = due_moment(own, TABLE, start)
    assert due > start
    assert due == due_moment(own, TABLE, start.astimezone(ZoneInfo("Asia/Kamchatka")))


@given(ANY, MOMENTS, st.integers(1, 50))
def test_longer_is_never_earlier(own: Profile, start: datetime, more: int) -> None:
    longer = profile(
        **{name: getattr(own, name) for name in ("unit", "start", "shift", "cut_off")},
        amount=own.amount + more,
    )
    assert due_moment(longer, TABLE, start) >= due_moment(own, TABLE, start)


@given(ANY, MOMENTS, st.lists(st.integers(0, 60 * 24 * 20), min_size=3, max_size=3).map(sorted))
def test_pauses_add_up(own: Profile, start: datetime, minutes: list[int]) -> None:
    a, b, c = (start + timedelta(minutes=one) for one in minutes)
    whole = due_moment(own, TABLE, start, [(a, c)])
    assert whole == due_moment(own, TABLE, start, [(a, b), (b, c)])
    assert whole >= due_moment(own, TABLE, start)
