"""Whether messages really fell: the ratio of two weekly rates with its interval. Pure.

Given the sum of two Poisson counts the later one is binomial, so the interval of Clopper and
Pearson for its share is an exact one of the ratio (Przyborowski and Wilenski, 1940). Messages come
in bunches, though: counts are divided by the dispersion of the weeks (quasi-Poisson), never by less
than 1, which widens the interval as a negative binomial would.
"""

from collections.abc import Sequence
from math import exp, inf, lgamma, log, log1p

from app.road_maps.models import Effect

_TAIL = 0.025
_STEPS = 80
_TINY = 1e-300


def effect(before: Sequence[int], after: Sequence[int]) -> Effect | None:
    """Messages of whole weeks; None where there is no week on one of the sides or none before."""
    if not before or not after or not sum(before):
        return None
    spread = dispersion(before, after)
    low, high = ratio_interval(sum(before) / spread, sum(after) / spread, len(before), len(after))
    rates = sum(before) / len(before), sum(after) / len(after)
    return Effect(
        before=rates[0],
        after=rates[1],
        weeks_before=len(before),
        weeks_after=len(after),
        ratio=rates[1] / rates[0],
        low=low,
        high=high,
    )


def dispersion(*periods: Sequence[int]) -> float:
    """Variance of the weeks around the mean of their period, against that mean; 1 at least."""
    squares, free = 0.0, 0
    for weeks in periods:
        mean = sum(weeks) / len(weeks)
        if mean and len(weeks) > 1:
            squares += sum((week - mean) ** 2 / mean for week in weeks)
            free += len(weeks) - 1
    return max(1.0, squares / free) if free else 1.0


def ratio_interval(
    before: float, after: float, weeks_before: int, weeks_after: int
) -> tuple[float, float]:
    """Of `after` / `before` as rates; the counts need not be whole."""
    low = beta_quantile(_TAIL, after, before + 1) if after else 0.0
    high = beta_quantile(1 - _TAIL, after + 1, before) if before else 1.0
    scale = weeks_before / weeks_after
    return _odds(low) * scale, _odds(high) * scale


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else inf


def beta_quantile(chance: float, a: float, b: float) -> float:
    """By halving: eighty steps are exact to the last digit."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if beta_share(middle, a, b) < chance:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_share(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function, by its continued fraction."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's method; 300 terms are far more than any count of messages needs."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-14:  # noqa: PLR2004 - the last digit of a float
            break
    return value


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
