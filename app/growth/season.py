"""What the time of year does to a theme, read off the same weeks of the year before."""

import numpy as np

from app.growth.rules import Matrix

YEAR_DAYS = 364
"""Fifty-two weeks: the same weekday a year ago."""
_TRUST = 30.0
"""Messages in three weeks from which a theme's own year is believed half."""
_LEAST, _MOST = 0.25, 4.0
_HALF_DAYS = 10


def factors(year_ago: Matrix) -> Matrix:
    """Daily counts of themes a year before each day → factors whose mean is about 1.

    Smoothed over three weeks; the level of that year takes no part, only its shape.
    """
    width = 2 * _HALF_DAYS + 1
    padded = np.pad(year_ago, ((0, 0), (_HALF_DAYS, _HALF_DAYS)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)
    smooth = windows.sum(axis=2)
    mean = smooth.mean(axis=1, keepdims=True)
    return np.asarray(np.clip((smooth + _TRUST) / (mean + _TRUST), _LEAST, _MOST))
