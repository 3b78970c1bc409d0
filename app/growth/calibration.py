"""Where an alarm begins, learned from the quiet days of the installation itself."""

from datetime import date

import numpy as np
from msgspec import Struct, field

from app.growth.rules import LEAST_AUTHORS, THRESHOLD, WARM_UP, WINDOW, Flags, Judged, tail

FALSE_RATE = 0.002
"""Of quiet series-days that may lie below the threshold."""
SURE = THRESHOLD / 20
"""Growth beyond doubt: such days and those about them are not quiet. On three simulated worlds with
750 outbreaks nobody marked, the threshold learned this way gave 1.5-1.6 false alarms in 1,000, and
2.2 where nothing grew at all. With a tenth it is 1.7-1.9 and 2.4."""
FLOOR, CEILING = THRESHOLD / 10, THRESHOLD * 2
"""How far quiet days may move it."""
LEAST_DAYS = 20_000
"""Quiet series-days below which nothing is learned: 2 of 1,000 of them are 40."""
_ABOUT = WINDOW + 2
_MOST_HISTORY = 60


class Change(Struct, frozen=True):
    day: date
    value: float
    days: int
    """Quiet series-days it rests on."""


class Learned(Struct, frozen=True, omit_defaults=True):
    version: int = 0
    value: float = THRESHOLD
    day: date | None = None
    """When it was last looked at, whether or not it moved."""
    history: list[Change] = field(default_factory=list)


def relearned(
    before: Learned, judged: Judged, day: date, dismissed: Flags | None = None
) -> Learned:
    """`dismissed`: days that people said are no growth; they stay among the quiet ones."""
    quiet = ~_about(judged.chance < SURE)
    if dismissed is not None:
        quiet |= dismissed
    chances = judged.chance[:, WARM_UP:][quiet[:, WARM_UP:]]
    value = before.value
    if chances.size >= LEAST_DAYS:
        value = round(float(np.clip(np.quantile(chances, FALSE_RATE), FLOOR, CEILING)), 6)
    if value == before.value:
        return Learned(before.version, value, day, before.history)
    history = [*before.history, Change(day, value, int(chances.size))][-_MOST_HISTORY:]
    return Learned(before.version + 1, value, day, history)


def _about(sure: Flags) -> Flags:
    """The days of `sure` and those near them, to both sides."""
    spread = sure.copy()
    for away in range(1, min(_ABOUT, sure.shape[1] - 1) + 1):
        spread[:, away:] |= sure[:, :-away]
        spread[:, :-away] |= sure[:, away:]
    return spread


def grows_beyond(seen: float, expected: float, dispersion: float, dismissed: float) -> bool:
    """Is `seen` growth even where what a person called no growth is taken for the usual?"""
    usual = max(expected, dismissed)
    if seen < max(LEAST_AUTHORS, usual):
        return False
    chance = tail(np.array([seen]), np.array([usual]), np.array([dispersion]))
    return bool(chance[0] < THRESHOLD)
