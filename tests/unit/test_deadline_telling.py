"""The working of a due moment in words: each sentence where it belongs, and sums that add up."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deadlines.counting import Pause, due_moment
from app.deadlines.days import table_of
from app.deadlines.models import DEFAULT_CALENDAR, Calendar, Profile, Unit
from app.deadlines.working import read_moment, worked_out
from app.errors import BadInputError
from app.settings import ROOT
from tests.unit.test_deadline_table import CALENDARS, ROWS, moment, pauses_of, profile_of

_DAY_OF_WORK = re.compile(r"\d{2}\.\d{2}\.\d{4}: ([^(]*(?:час|минут|секунд)[^(]*) \(")
_SIZES = {"час": 3600, "минут": 60, "секунд": 1}


def steps(profile: str, start: str, calendar: str = "default", pauses: str = "") -> list[str]:
    own = CALENDARS[calendar]
    zone = ZoneInfo(own.zone)
    worked = worked_out(profile_of(profile), own, moment(start, zone), pauses_of(pauses, zone))
    return worked.steps


def seconds_told(told: Sequence[str]) -> int:
    """Working seconds of all days that the sentences name."""
    lengths = [found[1] for one in told if (found := _DAY_OF_WORK.search(one))]
    parts = re.findall(r"(\d+)\s(час|минут|секунд)", " ".join(lengths))
    return sum(int(number) * _SIZES[unit] for number, unit in parts)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['profile']} {row['start']}")
def test_the_table_is_told_with_its_due_moment(row: dict[str, str]) -> None:
    profile, told = (
        profile_of(row["profile"]),
        steps(row["profile"], row["start"], row["calendar"], row["pauses"]),
    )
    due = datetime.fromisoformat(row["due"])
    assert told[0].startswith("Начало: ")
    assert f"{due:%d.%m.%Y}, до {due:%H:%M}" in told[-1] or "до 24:00" in told[-1]
    assert profile.name in told[-2]
    assert ("Последний день" in " ".join(told)) is (profile.unit is not Unit.WORKING_TIME)
    if profile.unit is Unit.WORKING_TIME and not any("На этом пути" in one for one in told):
        assert seconds_told(told) == profile.amount * 60
    national = CALENDARS[row["calendar"]].country
    told_of_2029 = any("2029" in one and "не утверждены" in one for one in told)
    assert told_of_2029 or not national or row["due"] < "2029"
    assert national or not told_of_2029


@given(
    st.integers(1, 3000),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.lists(st.integers(0, 9000), max_size=4, unique=True).map(sorted),
    st.sampled_from(["default", "six", "own", "kamchatka"]),
)
def test_days_told_add_up_whatever_stood_still(
    amount: int, start: datetime, edges: list[int], name: str
) -> None:
    """What is told of each day sums to the length of the term."""
    start = start.replace(microsecond=0)
    profile = Profile(code="own", name="Свой", unit=Unit.WORKING_TIME, amount=amount)
    stood: list[Pause] = [
        (start + timedelta(minutes=a), start + timedelta(minutes=b))
        for a, b in zip(edges[::2], edges[1::2], strict=False)
    ]
    calendar = CALENDARS[name]
    worked = worked_out(profile, calendar, start, stood)
    assert worked.due_at == due_moment(profile, table_of(calendar), start, stood)
    if not any("На этом пути" in one for one in worked.steps):
        assert seconds_told(worked.steps) == amount * 60


def test_a_short_day_and_a_holiday_are_named() -> None:
    short = "день короче на 1\u00a0час перед праздником"
    assert steps("im-4h", "2026-11-03T16:40")[1:4] == [
        "Отсчёт: 4\u00a0рабочих часа со вторника 03.11.2026, 16:40.",
        f"Вторник 03.11.2026: 20\u00a0минут (16:40-17:00, {short}).",
        "Среда 04.11.2026: нерабочий день (День народного единства).",
    ]


def test_the_guide_shows_what_is_told() -> None:
    guide = (ROOT / "docs" / "guide" / "sroki.md").read_text()
    quoted = " ".join(line[1:].strip() for line in guide.splitlines() if line.startswith(">"))
    shown = [one.strip() for one in re.split(r"(?:^|\s)\d\. (?=[А-Я])", quoted) if one]
    assert shown == [one.replace("\u00a0", " ") for one in steps("im-4h", "2026-11-03T16:40")]


def test_a_day_off_at_the_end_says_where_it_moves() -> None:
    told = steps("59fz-consideration", "2026-02-06T10:00")
    assert "Последний день (30\u00a0календарных дней): воскресенье 08.03.2026." in told
    assert (
        "Это нерабочий день (Международный женский день): срок переносится на предыдущий "
        "рабочий день, пятницу 06.03.2026." in told
    )
    assert told[-2] == (
        "Порядок расчёта — 59-ФЗ: рассмотрение, 30 дней. "
        "Основание: Федеральный закон № 59-ФЗ, статья 12, часть 1."
    )
    assert told[-1] == "Срок: пятница 06.03.2026, до 18:00."


def test_where_the_previous_day_is_not_after_the_start() -> None:
    told = steps("59fz-forwarding", "2027-01-01T00:00")
    assert any(
        "на следующий рабочий день, понедельник 11.01.2027; предыдущий" in one for one in told
    )


def test_a_day_that_is_not_moved_is_told_too() -> None:
    told = steps("calendar_day 1 shift=none", "2026-11-20T10:00")
    assert "Это нерабочий день; с него срок не переносится." in told


def test_cut_off_and_a_day_off_are_told_apart() -> None:
    late = "Пришло в 17:00 или позже: считается как пришедшее во вторник 24.11.2026, 09:00."
    off = "Пришло в нерабочий день: считается как пришедшее в понедельник 23.11.2026, 09:00."
    assert late in steps("working_day 3 cut=17:00", "2026-11-23T17:00")
    assert off in steps("working_day 3 cut=17:00", "2026-11-21T10:00")


def test_pauses_are_told_and_what_they_cost() -> None:
    told = steps("pos-fast", "2026-11-12T10:00", pauses="2026-11-13T12:00/2026-11-27T12:00")
    assert (
        "Срок стоял после промежуточного ответа с 13.11.2026 12:00 до 27.11.2026 12:00: "
        "всего 14\u00a0дней." in told
    )
    late = steps("pos-fast", "2026-11-12T10:00", pauses="2027-11-13T12:00/2027-11-27T12:00")
    assert not any("стоял" in one for one in late)


def test_a_year_without_moved_days_is_said_to_be_one() -> None:
    told = steps("im-2h", "2028-12-29T17:00")
    assert any(one.startswith("Переносы выходных на 2028, 2029 годы ещё не") for one in told)
    assert not any("Переносы" in one for one in steps("im-2h", "2028-12-29T17:00", "nowhere"))


def test_a_long_way_tells_only_what_is_special() -> None:
    told = steps("working_day 40", "2026-11-02T10:00")
    assert any("Среда 04.11.2026: нерабочий день (День народного единства)." in one for one in told)
    assert any("На этом пути 40\u00a0рабочих дней" in one for one in told)
    assert len(told) < 12
    saturday = steps("working_day 7", "2027-02-15T10:00")
    assert "Суббота 20.02.2027: рабочий день вместо выходного." in saturday


def test_own_days_are_told_by_their_note() -> None:
    told = steps("59fz-consideration", "2026-12-01T10:00", "own")
    assert "В этот день работают до 12:00 (особый день календаря)." in told


def test_moments_are_of_the_calendar_unless_they_name_a_zone() -> None:
    kamchatka: Calendar = CALENDARS["kamchatka"]
    assert (
        read_moment("2026-11-23T09:00", kamchatka.zone).isoformat() == "2026-11-23T09:00:00+12:00"
    )
    assert read_moment("2026-11-23T09:00+03:00", kamchatka.zone).utcoffset() == timedelta(hours=3)
    with pytest.raises(BadInputError, match="Начало пишется так"):
        read_moment("вчера", "Europe/Moscow")
    with pytest.raises(BadInputError, match="вне календаря: 2000-2060"):
        worked_out(profile_of("im-2h"), DEFAULT_CALENDAR, datetime(1990, 1, 1, tzinfo=UTC))
