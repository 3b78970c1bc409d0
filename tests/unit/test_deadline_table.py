"""The committed table of due moments worked out by hand, `deadlines.tsv`."""

import csv
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from app.deadlines.counting import Pause, due_moment
from app.deadlines.days import table_of
from app.deadlines.models import DEFAULT_CALENDAR, Calendar, DayOff, Exceptional, Profile
from app.deadlines.shipped import PROFILES
from tests.deadline_walk import walked

ROWS = list(
    csv.DictReader(
        (Path(__file__).parent / "deadlines.tsv").read_text().splitlines(), delimiter="\t"
    )
)
_OWN_DAYS = [
    Exceptional(date(2025, 11, 1), DayOff.HOURS, ["09:00-12:00", "13:00-17:00"]),
    Exceptional(date(2026, 11, 4), DayOff.WORKING),
    Exceptional(date(2026, 11, 24), DayOff.OFF),
    Exceptional(date(2026, 11, 25), DayOff.HOURS, ["10:00-11:00"]),
    Exceptional(date(2026, 11, 28), DayOff.WORKING),
    Exceptional(date(2026, 12, 31), DayOff.HOURS, ["09:00-12:00"]),
]
_SIX = [*["09:00-16:00"] * 5, "09:00-14:00", ""]
_ROUND = ["00:00-24:00"] * 7
CALENDARS = {
    "default": DEFAULT_CALENDAR,
    "kamchatka": Calendar(code="kamchatka", name="Камчатка", zone="Asia/Kamchatka"),
    "six": Calendar(code="six", name="Шесть дней", week=_SIX, lunch=""),
    "own": Calendar(code="own", name="Свои дни", exceptions=_OWN_DAYS),
    "nowhere": Calendar(code="nowhere", name="Без праздников", country=""),
    "round": Calendar(code="round", name="Круглые сутки", week=_ROUND, lunch="", country=""),
}
_WORDS = {"cut": "cut_off"}


def profile_of(text: str) -> Profile:
    """A shipped code, or a unit, an amount and `name=value` of what differs from the default."""
    if text in PROFILES:
        return PROFILES[text]
    unit, amount, *rest = text.split()
    pairs = (one.partition("=") for one in rest)
    fields = {_WORDS.get(name, name): value for name, _, value in pairs}
    own = {"code": "own", "name": "Свой", "unit": unit, "amount": int(amount), **fields}
    return msgspec.convert(own, Profile)


def pauses_of(text: str, zone: ZoneInfo) -> list[Pause]:
    pairs = (one.split("/") for one in text.split())
    return [(moment(since, zone), moment(until, zone)) for since, until in pairs]


def moment(text: str, zone: ZoneInfo) -> datetime:
    """Of the calendar's wall clock where the text names no zone."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _name(row: dict[str, str]) -> str:
    return " ".join((row["profile"], row["calendar"], row["start"], row["pauses"])).strip()


@pytest.mark.parametrize("row", ROWS, ids=_name)
def test_worked_out_by_hand(row: dict[str, str]) -> None:
    calendar = CALENDARS[row["calendar"]]
    zone = ZoneInfo(calendar.zone)
    pauses = pauses_of(row["pauses"], zone)
    due = due_moment(
        profile_of(row["profile"]), table_of(calendar), moment(row["start"], zone), pauses
    )
    assert due == moment(row["due"], zone), row["why"]
    assert due.utcoffset() == moment(row["due"], zone).utcoffset()


@pytest.mark.parametrize("row", [row for row in ROWS if not row["pauses"]], ids=_name)
def test_a_walk_comes_to_the_same(row: dict[str, str]) -> None:
    """The hand against a second opinion, so that a slip of the hand is found too."""
    calendar = CALENDARS[row["calendar"]]
    zone = ZoneInfo(calendar.zone)
    start = moment(row["start"], zone).astimezone(zone).replace(tzinfo=None)
    seconds = start - start.replace(second=0)
    due = walked(profile_of(row["profile"]), calendar, start - seconds, ())
    if row["due"].count(":") > 1:
        due += seconds
    assert due == datetime.fromisoformat(row["due"]), row["why"]


def test_the_table_is_as_long_as_promised() -> None:
    assert len({_name(row) for row in ROWS}) == len(ROWS) >= 120
    assert {row["profile"] for row in ROWS} >= set(PROFILES)
