"""What is more frequent among a problem's messages than among others of its theme: pure.

A difference counts as clear where the log-odds ratio stays above `LEAST` with 99 % certainty: of
a dozen things that are looked at, one in a hundred would otherwise be shown by chance alone.
"""

from collections.abc import Iterable
from enum import StrEnum
from math import log, sqrt

from msgspec import Struct

LEAST = log(1.25)
FEWEST = 4
"""Messages of the problem that must share something before it is told."""
_SURE = 2.576
"""Normal quantile of 99.5 %: a two-sided interval of 99 %."""


class FactorKind(StrEnum):
    STREET = "street"
    HOUSE = "house"
    HOURS = "hours"
    WEEKDAY = "weekday"
    WEATHER = "weather"
    DEPARTMENT = "department"
    REWORKED = "reworked"
    RETURNED = "returned"
    OVERDUE = "overdue"


class Share(Struct, frozen=True):
    """How many messages have something: of the problem, and of the others it is compared with."""

    kind: FactorKind
    what: str
    inside: int
    all_inside: int
    outside: int
    all_outside: int


class Factor(Struct, frozen=True):
    kind: FactorKind
    what: str
    inside: float
    """Shares, 0 to 1."""
    usual: float
    surely: float
    """Lower bound of the log-odds ratio: what the list is ordered by."""


def clear_factors(shares: Iterable[Share]) -> list[Factor]:
    """Those that surely differ, the surest first."""
    found = [factor for share in shares if (factor := clear_factor(share))]
    return sorted(found, key=lambda one: (-one.surely, one.kind, one.what))


def clear_factor(share: Share) -> Factor | None:
    """None where there is nothing to compare with, too little is known, or nothing differs."""
    if share.inside < FEWEST or not share.all_outside:
        return None
    surely = lower_bound(share)
    if surely <= LEAST:
        return None
    inside, usual = share.inside / share.all_inside, share.outside / share.all_outside
    return Factor(share.kind, share.what, inside, usual, surely)


def lower_bound(share: Share) -> float:
    """Of the log-odds ratio; half a message is added to each cell, so that none is empty."""
    cells = (
        share.inside + 0.5,
        share.all_inside - share.inside + 0.5,
        share.outside + 0.5,
        share.all_outside - share.outside + 0.5,
    )
    ratio = log(cells[0]) - log(cells[1]) - log(cells[2]) + log(cells[3])
    return ratio - _SURE * sqrt(sum(1 / cell for cell in cells))
