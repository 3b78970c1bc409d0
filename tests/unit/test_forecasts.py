"""Forecasts without an engine."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.forecasts.rules import HORIZON, LEAST_WEEKS, NAIVE, TESTED, forecast

CHANCE = np.random.default_rng(7)
YEARLY = 8 + 6 * np.sin(2 * np.pi * np.arange(130) / 52)
NOISY = CHANCE.poisson(np.repeat(YEARLY[None, :], 30, axis=0))


def test_a_steady_series_goes_on() -> None:
    made = forecast(np.full((3, 60), 5), ["a", "b", "c"])
    assert made is not None
    assert np.allclose(made.values, 5, atol=0.2)
    assert (made.low <= 5).all()
    assert (made.high >= 5).all()


def test_it_beats_the_year_ago_and_holds_what_it_promises() -> None:
    made = forecast(NOISY, ["snow"] * 30)
    assert made is not None
    assert made.method != NAIVE
    assert made.error.mean() < made.naive_error.mean()
    assert 0.7 <= made.covered.mean() <= 0.92
    assert abs(made.values.mean() - YEARLY[[130 - 104, 27, 28, 29]].mean()) < 3


def test_few_weeks_or_no_series_give_none() -> None:
    assert forecast(np.ones((2, LEAST_WEEKS - 1), dtype=np.int64), ["a", "b"]) is None
    assert forecast(np.ones((0, 90), dtype=np.int64), []) is None


@settings(max_examples=20, deadline=None)
@given(st.integers(LEAST_WEEKS, 120), st.integers(0, 10**6), st.floats(0, 30))
def test_intervals_are_whole_ordered_and_never_below_nothing(
    weeks: int, seed: int, mean: float
) -> None:
    counts = np.random.default_rng(seed).poisson(mean, (6, weeks))
    made = forecast(counts, ["a", "b"] * 3)
    assert made is not None
    assert made.values.shape == made.low.shape == (6, HORIZON)
    assert (made.low >= 0).all()
    assert (made.low <= made.high).all()
    assert np.isfinite(made.values).all()


def test_what_comes_later_changes_no_earlier_forecast() -> None:
    """The tested weeks are judged by what was known then: their truth moves the error alone."""
    changed = NOISY.copy()
    changed[:, -TESTED:] += 100
    before, after = forecast(NOISY, ["a"] * 30), forecast(changed, ["a"] * 30)
    assert before is not None
    assert after is not None
    assert after.error.mean() > before.error.mean()
