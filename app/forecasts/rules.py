"""The next four weeks of every series, with an interval taken from the errors made before.

Four ways compete on the past weeks of the installation itself: the same week a year ago (the
yardstick), a smoothed level × season, the same with a trend that fades, and the middle between the
first two. The one with the smallest error is used. They fill a page, where libraries of forecasting
weigh hundreds of megabytes; `dev.bench.forecast` says by how much they beat the yardstick.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Counts = NDArray[np.int64]

HORIZON = 4
"""Weeks ahead."""
TESTED = 12
"""Last weeks that the printed accuracy is measured on."""
LEARNED = 26
"""Weeks before them whose errors make the interval."""
LEAST_WEEKS = 28
_LEAST_LEARNED = 10
COVERAGE = 0.8
YEAR = 52

NAIVE, SMOOTH, TREND, MIDDLE = "naive", "smooth", "trend", "middle"
METHOD_NAMES = {
    NAIVE: "как в ту же неделю год назад",
    SMOOTH: "сглаженный уровень и сезон",
    TREND: "сглаженный уровень, сезон и затухающий тренд",
    MIDDLE: "среднее между прошлым годом и сглаженным уровнем с сезоном",
}
_DECAY = 0.92
"""A week ago counts so much of this one: half of the weight lies within two months."""
_MOST_OF_LEVEL, _MOST_MORE = 2.0, 4.0
"""A week teaches the level no more than so many levels and so many messages: an accident is no new
usual."""
_PRIOR_WEEKS = 0.5
_LEVEL_STEP, _TREND_STEP, _FADE = 0.25, 0.05, 0.8
_SEASON_TRUST = 20.0
"""Messages in five weeks from which the season of a theme is believed half."""
_SEASON_HALF, _YEAR_HALF = 2, 26
_LEAST_SEASON, _MOST_SEASON = 0.3, 3.0
_BANDS = (0.5, 2.0, 5.0, 15.0)
"""Forecasts of one size have errors of one kind: few messages are never off by many."""
_LEAST_ERRORS = 30
_TAILS = (0.20, 0.18, 0.16, 0.14, 0.12, 0.10)


class Forecast(Struct, frozen=True):
    """Rows are series; columns of the first three are the next weeks."""

    method: str
    values: Matrix
    low: Counts
    high: Counts
    error: Matrix
    """Mean absolute error of each series on the tested weeks, by weeks ahead together."""
    naive_error: Matrix
    covered: Matrix
    """Share of the tested weeks inside the interval, by series."""


def forecast(counts: NDArray[np.int64], themes: Sequence[str]) -> Forecast | None:
    """`counts`: series × whole weeks, the last one just over. None where they are too few."""
    weeks = counts.shape[1]
    if weeks < LEAST_WEEKS or not len(counts):
        return None
    came = counts.astype(np.float64)
    seasons = _seasons(came, themes)
    ways = _ways(came, seasons)
    tested, learned = _split(weeks)
    before, now = _best(ways, came, learned), _best(ways, came, range(learned[0], weeks))
    chosen = ways[before]
    low, high = _interval(chosen, came, learned, chosen[:, tested])
    inside = (came[:, tested, None] >= low) & (came[:, tested, None] <= high)
    ahead = np.stack([ways[now][:, weeks + step, step] for step in range(HORIZON)], axis=1)
    next_low, next_high = _next(ways[now], came, range(learned[0], weeks), ahead)
    return Forecast(
        method=now,
        values=ahead,
        low=next_low,
        high=next_high,
        error=_error(chosen, came, tested),
        naive_error=_error(ways[NAIVE], came, tested),
        covered=np.asarray(inside.mean(axis=(1, 2))),
    )


def _ways(came: Matrix, seasons: Matrix) -> dict[str, Matrix]:
    naive, smooth = _naive(came), _smooth(came, seasons)
    return {
        NAIVE: naive,
        SMOOTH: smooth,
        TREND: _trend(came, seasons),
        MIDDLE: (naive + smooth) / 2,
    }


def _split(weeks: int) -> tuple[range, range]:
    """Tested weeks, and those to learn from: such as have a year before them, where they do."""
    end = weeks - TESTED
    start = max(end - LEARNED, HORIZON * 2)
    if end - YEAR >= _LEAST_LEARNED:
        start = max(start, YEAR)
    return range(end, weeks), range(start, end)


def _error(made: Matrix, came: Matrix, weeks: range) -> Matrix:
    off = np.abs(made[:, weeks] - came[:, weeks, None])
    return np.asarray(off.mean(axis=(1, 2)))


def _best(ways: dict[str, Matrix], came: Matrix, weeks: range) -> str:
    return min(ways, key=lambda name: float(_error(ways[name], came, weeks).mean()))


def _naive(came: Matrix) -> Matrix:
    """Series × target week × weeks ahead - 1, as all ways; a year is not there yet: the last one
    that was known.
    """
    series, weeks = came.shape
    made = np.zeros((series, weeks + HORIZON, HORIZON))
    for week in range(1, weeks + HORIZON):
        for step in range(HORIZON):
            known = min(max(week - step - 1, 0), weeks - 1)
            made[:, week, step] = came[:, week - YEAR if week >= YEAR else known]
    return made


def _smooth(came: Matrix, seasons: Matrix) -> Matrix:
    """An exponential mean of what came over what the season made likely."""
    series, weeks = came.shape
    made = np.zeros((series, weeks + HORIZON, HORIZON))
    usual = came[:, : HORIZON * 2].mean(axis=1)
    total, weight = usual * _PRIOR_WEEKS, np.full(series, _PRIOR_WEEKS)
    for week in range(weeks):
        usual = total / weight * seasons[:, week]
        total = _DECAY * total + np.minimum(came[:, week], _MOST_OF_LEVEL * usual + _MOST_MORE)
        weight = _DECAY * weight + seasons[:, week]
        _ahead(made, week, total / weight, np.zeros(series), seasons)
    return made


def _trend(came: Matrix, seasons: Matrix) -> Matrix:
    """Holt's method with a fading trend, season taken out."""
    series, weeks = came.shape
    made = np.zeros((series, weeks + HORIZON, HORIZON))
    level, slope = came[:, : HORIZON * 2].mean(axis=1), np.zeros(series)
    for week in range(weeks):
        plain = came[:, week] / seasons[:, week]
        after = _LEVEL_STEP * plain + (1 - _LEVEL_STEP) * (level + _FADE * slope)
        slope = _TREND_STEP * (after - level) + (1 - _TREND_STEP) * _FADE * slope
        level = after
        _ahead(made, week, level, slope, seasons)
    return made


def _ahead(made: Matrix, week: int, level: Matrix, slope: Matrix, seasons: Matrix) -> None:
    grown = np.zeros_like(slope)
    for step in range(HORIZON):
        grown = grown + slope * _FADE ** (step + 1)
        target = week + step + 1
        made[:, target, step] = np.maximum(level + grown, 0) * seasons[:, target]


def _seasons(came: Matrix, themes: Sequence[str]) -> Matrix:
    """Factors of all weeks and the next ones, from the same weeks of the theme a year before."""
    names, rows = np.unique(np.array(themes), return_inverse=True)
    totals = np.zeros((len(names), came.shape[1]))
    np.add.at(totals, rows, came)
    return np.asarray(_season_of(totals)[rows])


def _season_of(totals: Matrix) -> Matrix:
    themes, weeks = totals.shape
    factors = np.ones((themes, weeks + HORIZON))
    for week in range(YEAR, weeks + HORIZON):
        then = week - YEAR
        near = _mean(totals, then, _SEASON_HALF) * (2 * _SEASON_HALF + 1)
        usual = _mean(totals, then, _YEAR_HALF) * (2 * _SEASON_HALF + 1)
        factors[:, week] = (near + _SEASON_TRUST) / (usual + _SEASON_TRUST)
    return np.asarray(np.clip(factors, _LEAST_SEASON, _MOST_SEASON))


def _mean(totals: Matrix, middle: int, half: int) -> Matrix:
    return np.asarray(totals[:, max(middle - half, 0) : middle + half + 1].mean(axis=1))


def _bands(made: Matrix) -> NDArray[np.intp]:
    return np.asarray(np.digitize(made, _BANDS))


def _scale(made: Matrix) -> Matrix:
    return np.asarray(np.sqrt(made + 1))


def _interval(made: Matrix, came: Matrix, weeks: range, wanted: Matrix) -> tuple[Counts, Counts]:
    """Of `wanted`, shaped series × weeks × weeks ahead: whole numbers of messages.

    Whole numbers hold more than the share asked for, so the tails are the widest that still hold
    it on the weeks they are learned from.
    """
    own, truth = made[:, weeks], came[:, weeks, None]
    for tail in _TAILS:
        low, high = _ends(own, truth, tail, own)
        if ((truth >= low) & (truth <= high)).mean() >= COVERAGE:
            break
    return _ends(own, truth, tail, wanted)


def _next(made: Matrix, came: Matrix, weeks: range, ahead: Matrix) -> tuple[Counts, Counts]:
    low, high = _interval(made, came, weeks, ahead[:, None, :])
    return low[:, 0, :], high[:, 0, :]


def _ends(made: Matrix, truth: Matrix, tail: float, wanted: Matrix) -> tuple[Counts, Counts]:
    """`tail` of the errors of forecasts of this size and so many weeks ahead lay below, and as many
    above.
    """
    off, bands = (truth - made) / _scale(made), _bands(made)
    low, high = np.zeros(wanted.shape), np.zeros(wanted.shape)
    for step in range(HORIZON):
        near = off[..., step]
        for band in range(len(_BANDS) + 1):
            own = near[bands[..., step] == band]
            tails = np.quantile(own if own.size >= _LEAST_ERRORS else near, (tail, 1 - tail))
            here = _bands(wanted[..., step]) == band
            size = wanted[..., step][here]
            low[..., step][here] = size + tails[0] * _scale(size)
            high[..., step][here] = size + tails[1] * _scale(size)
    return _whole(low), _whole(high)


def _whole(ends: Matrix) -> Counts:
    return np.asarray(np.maximum(np.rint(ends), 0).astype(np.int64))
