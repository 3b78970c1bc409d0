"""Numbers, words, moments and addresses as people see them."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import filters
from app.web.urls import changed_query, kept_pairs, local_path, url_with

MOSCOW = ZoneInfo("Europe/Moscow")
KAMCHATKA = ZoneInfo("Asia/Kamchatka")


def test_number_has_non_breaking_groups() -> None:
    assert filters.number(12345) == "12\u00a0345"
    assert filters.number(999) == "999"
    assert filters.number(-1234567) == "−1\u00a0234\u00a0567"
    assert filters.number(1234.56) == "1\u00a0234,6"
    assert filters.number(5.0) == "5"


@given(st.integers())
def test_number_loses_no_digit_and_never_breaks(value: int) -> None:
    text = filters.number(value)
    assert int(text.replace("\u00a0", "").replace("−", "-")) == value
    assert " " not in text
    assert all(len(group) == 3 for group in text.split("\u00a0")[1:])


@pytest.mark.parametrize(
    ("value", "word"),
    [(0, "обращений"), (1, "обращение"), (2, "обращения"), (4, "обращения"), (5, "обращений"),
     (11, "обращений"), (12, "обращений"), (14, "обращений"), (21, "обращение"),
     (22, "обращения"), (111, "обращений"), (1001, "обращение"), (-2, "обращения")],
)  # fmt: skip
def test_plural(value: int, word: str) -> None:
    assert filters.plural(value, "обращение", "обращения", "обращений") == word


@given(st.integers(min_value=0))
def test_plural_looks_at_the_last_two_digits_only(value: int) -> None:
    words = ("обращение", "обращения", "обращений")
    assert filters.plural(value, *words) == filters.plural(value % 100, *words)
    if value % 100 // 10 == 1:
        assert filters.plural(value, *words) == "обращений"


@pytest.mark.parametrize(
    ("octets", "shown"),
    [(0, "0 байт"), (1, "1 байт"), (2, "2 байта"), (1023, "1 023 байта"), (1024, "1 КБ"),
     (1536, "1,5 КБ"), (200 * 2**20, "200 МБ"), (3 * 2**30, "3 ГБ"), (5000 * 2**30, "5 000 ГБ")],
)  # fmt: skip
def test_size(octets: int, shown: str) -> None:
    assert filters.size(octets) == shown.replace(" ", "\u00a0")


def test_moments_are_shown_in_the_zone() -> None:
    moment = "2026-11-22T21:05:00Z"
    assert filters.show_datetime(moment, MOSCOW) == "23.11.2026\u00a000:05"
    assert filters.show_date(moment, MOSCOW) == "23.11.2026"
    assert filters.show_datetime(datetime(2026, 11, 22, 11, 5, tzinfo=UTC), KAMCHATKA) == (
        "22.11.2026\u00a023:05"
    )
    assert filters.show_datetime("2026-11-22T11:05:00", MOSCOW) == "22.11.2026\u00a014:05"


def test_bare_dates_do_not_move() -> None:
    assert filters.show_date(date(2026, 11, 22), KAMCHATKA) == "22.11.2026"
    assert filters.show_date("2026-11-22", KAMCHATKA) == "22.11.2026"


@pytest.mark.parametrize(
    ("before", "words"),
    [(timedelta(seconds=5), "только что"), (timedelta(minutes=5), "5 минут назад"),
     (timedelta(hours=21), "21 час назад"), (timedelta(days=3), "3 дня назад"),
     (-timedelta(days=1), "через 1 день"), (-timedelta(minutes=2), "через 2 минуты")],
)  # fmt: skip
def test_relative(before: timedelta, words: str) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert filters.relative(now - before, now) == words.replace(" ", "\u00a0", 1) or (
        filters.relative(now - before, now).replace("\u00a0", " ") == words
    )


def test_address_is_changed_in_place() -> None:
    pairs = [("q", "вода"), ("channel", "vk"), ("channel", "ok"), ("after", "x")]
    assert parse_qsl(changed_query(pairs, {"channel": ["vk"], "after": None})) == [
        ("q", "вода"),
        ("channel", "vk"),
    ]
    assert url_with("/search", [], q=None) == "/search"
    assert url_with("/search", [], q="а б", size=20) == "/search?q=%D0%B0+%D0%B1&size=20"


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1))))
def test_unchanged_address_keeps_every_pair(pairs: list[tuple[str, str]]) -> None:
    sendable = [p for p in pairs if "".join(p).encode("utf-8", "ignore").decode() == "".join(p)]
    assert parse_qsl(changed_query(sendable, {})) == sendable


@given(st.text())
def test_local_path_never_leads_away(rest: str) -> None:
    found = local_path(f"http://127.0.0.1:8000{rest}", "127.0.0.1:8000")
    assert found is None or (found.startswith("/") and not found.startswith(("//", "/\\")))


def test_only_what_was_asked_for_is_kept_of_an_own_page() -> None:
    page = "http://site/cases/1?work=queue%3Dmine&at=x&done=3"
    assert kept_pairs(page, "site", {"work", "at"}) == [("work", "queue=mine"), ("at", "x")]
    assert kept_pairs(page, "other", {"work", "at"}) == []
    assert kept_pairs("", "site", {"work"}) == []
