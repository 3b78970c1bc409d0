"""Cells → values: every spelling seen in exports, and sentences for what is none of them."""
# ruff: noqa: DTZ001 - a cell of a spreadsheet has no zone

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intake.tables.model import Cell
from app.intake.values import (
    BadValueError,
    parse_coordinate,
    parse_duration,
    parse_email,
    parse_flag,
    parse_moment,
    parse_number,
    parse_phone,
)

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 4, 1, tzinfo=UTC)
NOON = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
"""Noon in Moscow."""


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-31T12:00:00",
        "2026-01-31 12:00",
        "2026-01-31T09:00:00Z",
        "2026-01-31T14:00:00+05:00",
        "2026-01-31T14:00:00.000+0500",
        "31.01.2026 12:00",
        "31.01.2026 12:00:00",
        "31.01.2026, 12:00",
        "31.01.2026 в 12:00",
        "31.01.2026 г. 12:00",
        "'31.01.2026 12:00",
        "31.01.26 12:00",
        "31/01/2026 12:00",
        " 31.01.2026\u00a012:00 ",
        datetime(2026, 1, 31, 12),
        46053.5,
        "46053.5",
        "46053,5",
    ],
)
def test_one_moment_in_many_spellings(cell: Cell) -> None:
    assert parse_moment(cell, MOSCOW, now=NOW) == NOON


@pytest.mark.parametrize("cell", [None, "", "  ", "'", "-", "—", "NaT", "nan"])
def test_nothing_is_none(cell: Cell) -> None:
    assert parse_moment(cell, MOSCOW) is None
    assert parse_duration(cell) is None
    assert parse_number(cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "вчера", "31.02.2026", "32.01.2026", "2026-13-01", "31.01.2026 25:00", "01.13.2026", 0, 0.0,
        1, -5, 1e300, float("inf"), "1900-01-00", datetime(1899, 12, 30), datetime(1900, 1, 1),
        True, "12.05.1999", "12.05.2099", "31.01.2026 12:00 мск", "2026-W05", "20260131", "#REF!",
        timedelta(hours=1), "9999999999", "1.2.3", "31.01/2026", "2026-01-31T12:00:00+99:00",
        "١.١.٢٠٢٦x",
    ],
)  # fmt: skip
def test_garbage_gets_a_sentence(cell: Cell) -> None:
    with pytest.raises(BadValueError, match=r"^[А-ЯЁ].*[.]$"):
        parse_moment(cell, MOSCOW, now=NOW)


def test_an_hour_that_never_was() -> None:
    with pytest.raises(BadValueError, match="переводили часы"):
        parse_moment("29.03.2026 02:30", BERLIN, now=NOW)


def test_a_doubled_hour_is_the_first() -> None:
    found = parse_moment("25.10.2026 02:30", BERLIN, now=NOW)
    assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (
            "0 days 12:30:37.103000",
            timedelta(hours=12, minutes=30, seconds=37, microseconds=103000),
        ),
        ("'2 days 00:00:01", timedelta(days=2, seconds=1)),
        ("12:30:37", timedelta(hours=12, minutes=30, seconds=37)),
        ("130:15", timedelta(hours=130, minutes=15)),
        ("1 день 02:03:04", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("5 дней", timedelta(days=5)),
        (0.5, timedelta(hours=12)),
        (2, timedelta(days=2)),
        ("1,5", timedelta(days=1, hours=12)),
        (timedelta(hours=3), timedelta(hours=3)),
        (datetime(1900, 1, 1, 6), timedelta(days=2, hours=6)),
        ("-", None),
    ],
)
def test_durations(cell: Cell, found: timedelta | None) -> None:
    assert parse_duration(cell) == found


@pytest.mark.parametrize("cell", ["долго", "12:99:00", "-3", "1e308", True, "9999999999 days", -1])
def test_bad_durations(cell: Cell) -> None:
    with pytest.raises(BadValueError):
        parse_duration(cell)


@pytest.mark.parametrize(
    ("cell", "found"),
    [("да", True), ("Да.", True), (1, True), (1.0, True), ("'true", True), (True, True),
     ("нет", False), (0, False), ("FALSE", False), ("-", False), (None, None), ("", None)],
)  # fmt: skip
def test_flags(cell: Cell, found: bool | None) -> None:
    assert parse_flag(cell) is found


def test_bad_flag() -> None:
    with pytest.raises(BadValueError, match="«да» или «нет»"):
        parse_flag("наверное")


@pytest.mark.parametrize(
    ("cell", "found"),
    [("1 234,5", 1234.5), ("1\u00a0234.5", 1234.5), (7, 7.0), ("-3", -3.0), (".5", 0.5)],
)
def test_numbers(cell: Cell, found: float) -> None:
    assert parse_number(cell) == found


@pytest.mark.parametrize("cell", ["1,2,3", "inf", "1e999", "много", True, float("inf")])
def test_bad_numbers(cell: Cell) -> None:
    with pytest.raises(BadValueError):
        parse_number(cell)


def test_coordinates() -> None:
    assert parse_coordinate("51,73", axis="lat") == 51.73
    assert parse_coordinate(0, axis="lon") is None
    with pytest.raises(BadValueError, match="Широта"):
        parse_coordinate(151, axis="lat")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("8 (900) 123-45-67", "+79001234567"),
        ("+7 900 123 45 67", "+79001234567"),
        (79001234567, "+79001234567"),
        (89001234567.0, "+79001234567"),
        ("9001234567", "+79001234567"),
        ("8-900-123-45-67, 8-901-123-45-67", "+79001234567"),
        ("+375 29 123-45-67", "+375291234567"),
        ("нет", None),
        ("12345", None),
        (None, None),
    ],
)
def test_phones(cell: Cell, found: str | None) -> None:
    assert parse_phone(cell) == found


def test_emails() -> None:
    assert parse_email("Иван <Ivan@Mail.RU>") == "Ivan@mail.ru"
    assert parse_email("нет почты") is None


CELLS = st.one_of(
    st.none(), st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.datetimes(),
    st.timedeltas(), st.from_regex(r"[0-9]{1,5}[./:-][0-9]{1,4}[./: -][0-9]{1,6}", fullmatch=True),
)  # fmt: skip


@given(CELLS)
def test_only_sentences_are_raised(cell: Cell) -> None:
    for parse in (
        lambda: parse_moment(cell, MOSCOW),
        lambda: parse_duration(cell),
        lambda: parse_flag(cell),
        lambda: parse_number(cell),
        lambda: parse_coordinate(cell, axis="lat"),
        lambda: parse_phone(cell),
        lambda: parse_email(cell),
    ):
        with suppress(BadValueError):
            parse()
