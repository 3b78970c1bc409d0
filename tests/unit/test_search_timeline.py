"""Days become bars and months; every count is that of the days behind it."""

from datetime import date, timedelta
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInputError
from app.search.around import timeline_view
from app.search.params import SearchParams, parse_params
from app.search.results import Asked, Results
from app.search.timeline import (
    MOST_BARS,
    MOST_MONTHS,
    Step,
    month_days,
    month_label,
    months,
    spans,
)

DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))


def results(days: list[tuple[date, int]]) -> Results:
    return Results(Asked("", "", []), 0, 0, [], {}, None, days=days)


@given(st.dictionaries(DAYS, st.integers(1, 9), min_size=1, max_size=30))
def test_spans_hold_each_day_once(counted: dict[date, int]) -> None:
    days = sorted(counted.items())
    step, found = spans(days)
    assert sum(span.count for span in found) == sum(counted.values())
    for span in found:
        inside = (count for day, count in days if span.first <= day <= span.last)
        assert span.count == sum(inside)
    for one, other in pairwise(found):
        assert one.last + timedelta(days=1) == other.first
    if step is not Step.YEAR:
        assert len(found) <= max(MOST_BARS + 1, MOST_MONTHS)


@pytest.mark.parametrize(
    ("last", "step"),
    [
        (date(2026, 3, 20), Step.DAY),
        (date(2026, 8, 1), Step.WEEK),
        (date(2028, 8, 1), Step.MONTH),
        (date(2060, 8, 1), Step.YEAR),
    ],
)
def test_the_step_follows_the_span(last: date, step: Step) -> None:
    assert spans([(date(2026, 3, 1), 1), (last, 2)])[0] is step


def test_weeks_begin_on_monday() -> None:
    _, found = spans([(date(2026, 3, 1), 1), (date(2026, 8, 1), 2)])
    assert {span.first.weekday() for span in found} == {0}


def test_months_count_inside_the_period() -> None:
    days = [(date(2026, 2, 28), 1), (date(2026, 3, 1), 2), (date(2026, 3, 9), 4)]
    assert months(days, None, None) == {"2026-02": 1, "2026-03": 6}
    assert months(days, date(2026, 3, 2), None) == {"2026-03": 4}
    assert months(days, None, date(2026, 3, 1)) == {"2026-02": 1, "2026-03": 2}
    assert month_label("2026-03") == "март 2026"
    assert month_days("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize("value", ["2026-13", "2026", "март", "0000-01", "2026-03-01", "2026-00"])
def test_a_month_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(BadInputError):
        parse_params([("month", value)])


def test_a_bar_leads_to_its_days_and_keeps_the_rest() -> None:
    params = parse_params([("q", "вода"), ("state", "new"), ("month", "2026-03"), ("after", "x")])
    view = timeline_view(params, results([(date(2026, 3, 1), 1), (date(2026, 4, 9), 20)]))
    assert view
    assert len(view.bars) == 40
    bar = view.bars[-1]
    assert parse_qsl(urlsplit(bar.url).query) == [
        ("q", "вода"),
        ("state", "new"),
        ("from", "2026-04-09"),
        ("to", "2026-04-09"),
    ]
    assert bar.words == "09.04.2026: 20\u00a0обращений"
    assert not bar.chosen
    assert view.bars[0].chosen
    assert 0 < view.bars[0].height < bar.height == view.height
    assert parse_qsl(urlsplit(view.clear).query) == [("q", "вода"), ("state", "new")]
    assert view.narrowed


def test_one_day_or_none_is_no_timeline() -> None:
    assert timeline_view(SearchParams(), results([])) is None
    assert timeline_view(SearchParams(), results([(date(2026, 3, 1), 5)])) is None
