"""Simulated daily series with outbreaks, and the rules others use: what `dev.bench.growth` scores.

Half of the series have one outbreak of 3-6 days. All have weekdays, more spread than chance alone
gives, and a level that drifts. Sizes are such that the public-health rule EARS C2 finds 0.60 of the
tuning seed's outbreaks at 2 false alarms in 1,000 series-days, as where the target was set.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from app.growth.rules import WINDOW, Flags, Matrix

TUNING_SEED, SCORING_SEED = 11, 2_026
SERIES, DAYS, WARM = 1_500, 180, 60
"""Outbreaks begin after the first `WARM` days, and only days after these are scored."""
_LEAST, _MOST = 0.1, 15.0
_SIZE, _LEAST_SIZE = 2.2, 5.2
"""Messages a day of an outbreak: in roots of the usual number, and at least."""
_BIG = 5.0


class World(Struct, frozen=True):
    counts: NDArray[np.int64]
    means: Matrix
    """Usual messages a day."""
    begins: NDArray[np.int64]
    """First day of the outbreak; -1 where there is none."""
    ends: NDArray[np.int64]
    """Last day of it."""

    @property
    def ill(self) -> Flags:
        """Days whose window of three holds a day of the outbreak."""
        days = np.arange(self.counts.shape[1])[None, :]
        inside = (days >= self.begins[:, None]) & (days <= self.ends[:, None] + WINDOW - 1)
        return np.asarray(inside & (self.begins >= 0)[:, None])


def make(seed: int, series: int = SERIES, days: int = DAYS) -> World:
    chance = np.random.default_rng(seed)
    means = np.exp(chance.uniform(np.log(_LEAST), np.log(_MOST), series))
    rates = means[:, None] * _weekdays(chance, series, days) * _drift(chance, series, days)
    spread = chance.uniform(0.0, 0.25, series)[:, None] + 1e-6
    begins = np.full(series, -1)
    lengths = chance.integers(3, 7, series)
    ill = chance.permutation(series)[: series // 2]
    begins[ill] = chance.integers(WARM, days - 8, len(ill))
    ends = np.where(begins >= 0, begins + lengths - 1, -1)
    day = np.arange(days)[None, :]
    inside = (begins >= 0)[:, None] & (day >= begins[:, None]) & (day <= ends[:, None])
    size = np.maximum(_LEAST_SIZE, _SIZE * np.sqrt(means)) * chance.uniform(0.7, 1.6, series)
    rates = rates + inside * size[:, None]
    counts = chance.poisson(rates * chance.gamma(1 / spread, spread, (series, days)))
    return World(counts, means, begins, ends)


def _weekdays(chance: np.random.Generator, series: int, days: int) -> Matrix:
    factors = np.exp(chance.normal(0, 0.15, (series, 7)))
    factors[:, 5:] *= chance.uniform(0.4, 0.9, (series, 1))
    factors /= factors.mean(axis=1, keepdims=True)
    return np.asarray(factors[:, np.arange(days) % 7])


def _drift(chance: np.random.Generator, series: int, days: int) -> Matrix:
    """A slow wave of its own for each series, up to a quarter up and down."""
    period = chance.uniform(80, 240, (series, 1))
    phase = chance.uniform(0, 2 * np.pi, (series, 1))
    height = chance.uniform(0, 0.25, (series, 1))
    return np.asarray(np.exp(height * np.sin(2 * np.pi * np.arange(days) / period + phase)))


def shuffled(world: World, seed: int) -> World:
    """The quiet series with their weeks in another order: nothing grows in time."""
    chance = np.random.default_rng(seed)
    quiet = world.begins < 0
    counts = world.counts[quiet]
    series, days = counts.shape
    weeks = days // 7
    cut = counts[:, : weeks * 7].reshape(series, weeks, 7)
    order = np.argsort(chance.random((series, weeks)), axis=1)
    mixed = np.take_along_axis(cut, order[:, :, None], axis=1).reshape(series, weeks * 7)
    none = np.full(series, -1)
    return World(mixed, world.means[quiet], none, none)


Score = Callable[[NDArray[Any]], Matrix]
"""Counts → the higher, the more like growth."""


def ratio(counts: NDArray[Any]) -> Matrix:
    """To the mean of 28 days before."""
    mean, _ = _before(counts, 28, 0)
    return np.asarray((counts + 0.5) / (mean + 0.5))


def z_score(counts: NDArray[Any]) -> Matrix:
    mean, deviation = _before(counts, 28, 0)
    return np.asarray((counts - mean) / np.maximum(deviation, 0.5))


def ears_c2(counts: NDArray[Any]) -> Matrix:
    """Seven days that end two days before, as in public health."""
    mean, deviation = _before(counts, 7, 2)
    return np.asarray((counts - mean) / np.maximum(deviation, 0.5))


def _before(counts: NDArray[Any], width: int, gap: int) -> tuple[Matrix, Matrix]:
    """Mean and deviation of `width` days that end `gap` days before each day."""
    whole = np.pad(counts.astype(np.float64), ((0, 0), (width + gap, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(whole, width, axis=1)
    windows = windows[:, : counts.shape[1]]
    return np.asarray(windows.mean(axis=2)), np.asarray(windows.std(axis=2, ddof=1))


RIVALS: dict[str, Score] = {
    "отношение к среднему за 28 дней": ratio,
    "z за 28 дней": z_score,
    "EARS C2": ears_c2,
}


class Found(Struct, frozen=True):
    """Of one rule on one world."""

    hits: list[float]
    """1 for an outbreak that was found while it lasted, by outbreak."""
    big: list[float]
    """Of those in series of more than 5 messages a day."""
    delays: list[int]
    """Days from the first day of a found outbreak to its alarm."""
    false_rate: float
    """Alarms in 1,000 series-days without an outbreak."""


def score(world: World, alarms: Flags) -> Found:
    quiet = ~world.ill
    quiet[:, :WARM] = False
    hits, big, delays = list[float](), list[float](), list[int]()
    for row in np.flatnonzero(world.begins >= 0):
        begin, end = int(world.begins[row]), int(world.ends[row])
        days = np.flatnonzero(alarms[row, begin : end + 1])
        hits.append(float(days.size > 0))
        if world.means[row] > _BIG:
            big.append(hits[-1])
        if days.size:
            delays.append(int(days[0]))
    return Found(hits, big, delays, 1000 * float(alarms[quiet].mean()))


def at_rate(world: World, scores: Matrix, rate: float) -> float:
    """The score that `rate` of the series-days without an outbreak reach."""
    quiet = ~world.ill
    quiet[:, :WARM] = False
    return float(np.quantile(scores[quiet], 1 - rate))
