"""Does a series of daily counts grow? All series at once, as a matrix of series × days.

A day is expected to bring level × weekday × season. The level is an exponential mean of what came,
known three days before, so that it holds nothing of the days it is compared with. The sum of three
days is then held against a negative binomial: what counts is how improbable so many are. Measured
beside the usual rules by `dev.bench.growth`.
"""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import betainc

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]

WINDOW = 3
"""Days in a sum: one day misses what grows slowly, seven come too late."""
LEAST_AUTHORS = 4
"""Different people in those days before anything is called growth."""
THRESHOLD = 0.0028
"""Probability below which a sum is an alarm, until an installation has learned its own
(`app.growth.calibration`): 2 of 1,000 quiet days of the simulated series lie below it."""
WARM_UP = 28
"""Days before anything is said of a series: four of each weekday."""

_LEVEL_DECAY = 0.97
"""A day ago counts so much of today: half of the weight lies within 23 days."""
_WEEKDAY_DECAY = 0.99
_PRIOR_LEVEL, _PRIOR_DAYS = 0.1, 2.0
"""A series nothing is known of: one message in ten days, said with the weight of two days."""
_WEEKDAY_PRIOR = 15.0
"""Messages that a weekday of a single series is believed to be as everywhere."""
_DISPERSION, _DISPERSION_PRIOR = 0.06, 60.0
"""Overdispersion of a sum before a series has shown its own, and how strongly that is believed."""
_CLIP = 2.5
"""Standard deviations above which a day teaches the level no more: an outbreak is no new usual."""
_FOUR_OF_FIVE = 1.28
"""Standard deviations to each side that hold 80 % of a normal distribution."""
_WEEK = 7


class Judged(Struct, frozen=True):
    """Of each series and day: what the three days to it were expected to bring, and brought."""

    expected: Matrix
    seen: Matrix
    dispersion: Matrix
    """The variance of a sum is `expected + dispersion · expected²`."""
    chance: Matrix
    """Probability of so many or more; 1 where they are fewer than the least that can be growth."""
    daily: Matrix
    """What each day alone was expected to bring."""

    def alarms(self, threshold: float, authors: Matrix | None = None) -> Flags:
        """`authors`: different people of the three days; where absent, as many as messages."""
        enough = (self.seen if authors is None else authors) >= LEAST_AUTHORS
        return np.asarray(enough & (self.chance < threshold))


class _State:
    """What is known of every series at the end of a day."""

    def __init__(self, series: int, *, apart: bool) -> None:
        self.apart = apart
        self.came = np.full(series, _PRIOR_LEVEL * _PRIOR_DAYS)
        self.days = np.full(series, _PRIOR_DAYS)
        self.week_came = np.zeros((series, _WEEK))
        self.week_level = np.zeros((series, _WEEK))
        self.excess = np.zeros(series)
        self.squares = np.zeros(series)

    def level(self) -> Matrix:
        return np.asarray(self.came / self.days)

    def weekday(self, day: int) -> Matrix:
        """Factor of a weekday: of the series itself, leaning on that of all unless apart."""
        total = 0.0 if self.apart else self.week_level[:, day].sum()
        common = self.week_came[:, day].sum() / total if total > 0 else 1.0
        own = self.week_came[:, day] + _WEEKDAY_PRIOR * common
        return np.asarray(own / (self.week_level[:, day] + _WEEKDAY_PRIOR))

    def dispersion(self) -> Matrix:
        """Of a sum, with what is not known of the level itself."""
        shown = (self.excess + _DISPERSION * _DISPERSION_PRIOR) / (self.squares + _DISPERSION_PRIOR)
        return np.asarray(np.clip(shown, 0.01, 2.0) + 1 / (self.came + 1))

    def learn(self, counts: Matrix, factor: Matrix, weekday: int, season: Matrix) -> None:
        level = self.level()
        usual = level * factor
        spread = np.sqrt(usual + self.dispersion() * usual**2) + 0.5
        taken = np.minimum(counts, usual + _CLIP * spread)
        self.came = _LEVEL_DECAY * self.came + taken
        self.days = _LEVEL_DECAY * self.days + factor
        self.week_came *= _WEEKDAY_DECAY
        self.week_level *= _WEEKDAY_DECAY
        self.week_came[:, weekday] += taken
        self.week_level[:, weekday] += level * season

    def learn_spread(self, expected: Matrix, seen: Matrix, dispersion: Matrix) -> None:
        most = expected + _CLIP * np.sqrt(expected + dispersion * expected**2)
        off = np.minimum(seen, most) - expected
        self.excess = _WEEKDAY_DECAY * self.excess + off**2 - expected
        self.squares = _WEEKDAY_DECAY * self.squares + expected**2


def judge(
    counts: NDArray[Any],
    first_weekday: int,
    season: Matrix | None = None,
    *,
    apart: bool = False,
) -> Judged:
    """`counts`: series × days in a row, the last one may be today; `first_weekday`: 0 is Monday.

    `season`: factors of the same shape, 1 where nothing is known of earlier years. `apart`: a few
    series that were picked out: what comes on a weekday is not learned from one for another.
    """
    came = np.asarray(counts, dtype=np.float64)
    series, days = came.shape
    seasons = np.ones((1, days)) if season is None else season
    state = _State(series, apart=apart)
    expected, daily = np.zeros((series, days)), np.zeros((series, days))
    spread = np.ones((series, days))
    seen = sums(came)
    waiting, factors = list[tuple[Matrix, Matrix]](), list[Matrix]()
    for day in range(days):
        weekday = (first_weekday + day) % _WEEK
        factors = [*factors[-(WINDOW - 1) :], state.weekday(weekday) * seasons[:, day]]
        waiting = [*waiting[-(WINDOW - 1) :], (state.level(), state.dispersion())]
        level, spread[:, day] = waiting[0]
        expected[:, day] = level * np.sum(factors, axis=0)
        daily[:, day] = level * factors[-1]
        if day >= WARM_UP:
            state.learn_spread(expected[:, day], seen[:, day], spread[:, day])
        state.learn(came[:, day], factors[-1], weekday, seasons[:, day])
    return Judged(expected, seen, spread, _chances(expected, seen, spread), daily)


def usual_range(judged: Judged) -> tuple[Matrix, Matrix]:
    """What four days of five bring, by day: the lower and the upper end."""
    width = _FOUR_OF_FIVE * np.sqrt(judged.daily + judged.dispersion * judged.daily**2)
    return np.maximum(judged.daily - width, 0), judged.daily + width


def sums(counts: Matrix) -> Matrix:
    """Of each day and the two before it; shorter at the beginning."""
    padded = np.pad(counts, ((0, 0), (WINDOW - 1, 0)))
    days = counts.shape[1]
    return np.asarray(sum(padded[:, back : back + days] for back in range(WINDOW)))


def _chances(expected: Matrix, seen: Matrix, dispersion: Matrix) -> Matrix:
    """Only where it can matter: a tail costs a thousand times what a sum does."""
    chance = np.ones(expected.shape)
    asked = (seen >= LEAST_AUTHORS) & (seen > expected)
    asked[:, :WARM_UP] = False
    chance[asked] = tail(seen[asked], expected[asked], dispersion[asked])
    return chance


def tail(seen: Matrix, expected: Matrix, dispersion: Matrix) -> Matrix:
    """Probability of `seen` or more under a negative binomial; `seen` at least 1."""
    size = 1 / dispersion
    return np.asarray(betainc(seen, size, expected / (expected + size)))
