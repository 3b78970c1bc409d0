"""The alarm on a working calendar: a missing next year, and days that changed behind people."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.deadlines.alarm import agreed, calendar_alarm, fingerprint
from app.deadlines.country import Country, country_days
from app.deadlines.days import known_years
from app.deadlines.models import DEFAULT_CALENDAR

LAST_KNOWN = max(known_years(DEFAULT_CALENDAR))
AUTUMN = date(LAST_KNOWN, 11, 1)


def test_the_next_year_is_missed_from_november_on() -> None:
    assert calendar_alarm(DEFAULT_CALENDAR, AUTUMN - timedelta(days=1)) is None
    told = calendar_alarm(DEFAULT_CALENDAR, AUTUMN)
    assert told
    assert f"переносы выходных на {LAST_KNOWN + 1} год ещё не известны" in told
    assert calendar_alarm(DEFAULT_CALENDAR, date(LAST_KNOWN - 1, 12, 31)) is None


@pytest.mark.parametrize("changes", [{"country": ""}, {"active": False}])
def test_a_calendar_without_a_country_or_closed_is_not_missed(changes: dict[str, object]) -> None:
    assert calendar_alarm(replace(DEFAULT_CALENDAR, **changes), AUTUMN) is None


def test_days_that_changed_since_people_agreed() -> None:
    today = date(2026, 11, 20)
    calendar = replace(DEFAULT_CALENDAR, seen=agreed(DEFAULT_CALENDAR, today))
    assert set(calendar.seen) == {"2026", "2027"}
    assert calendar_alarm(calendar, today) is None
    one = replace(calendar, seen=calendar.seen | {"2027": "0" * 16})
    assert "выходные 2027 года изменились" in (calendar_alarm(one, today) or "")
    both = replace(calendar, seen=dict.fromkeys(calendar.seen, "0" * 16))
    assert "выходные 2026 и 2027 годов изменились" in (calendar_alarm(both, today) or "")
    past = replace(calendar, seen={"2024": "0" * 16})
    assert calendar_alarm(past, today) is None, "what is over is nobody's business"
    assert agreed(replace(DEFAULT_CALENDAR, country=""), today) == {}


@given(st.sampled_from(sorted(country_days("RU").off)), st.booleans())
def test_a_fingerprint_changes_with_any_day_of_its_year(day: date, working: bool) -> None:
    country = country_days("RU")
    other = {one: name for one, name in country.off.items() if one != day}
    saturday = day - timedelta(days=(day.weekday() - 5) % 7)
    changed = (
        Country(country.off, country.working ^ {saturday}, country.before_holidays, country.years)
        if working
        else Country(other, country.working, country.before_holidays, country.years)
    )
    year = saturday.year if working else day.year
    assert fingerprint(changed, year) != fingerprint(country, year)
    assert fingerprint(changed, year + 1) == fingerprint(country, year + 1)
    renamed = Country(
        dict.fromkeys(country.off, ""), country.working, country.before_holidays, country.years
    )
    assert fingerprint(renamed, year) == fingerprint(country, year)
