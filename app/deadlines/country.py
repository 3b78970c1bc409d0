"""Days off and moved days of Russia, as the package `holidays` has them.

Loaded at the first question only: the package takes longer to import than all the rest of a short
command.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

COUNTRY = "RU"
FIRST_YEAR, LAST_YEAR = 2000, 2060
STATUTORY = frozenset(
    {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
)
"""Month and day of non-working holidays (ТК art. 112); moved days off are not among them."""

_MOVED = re.compile(r"Выходной \(перенесено с ([\d.]+)\)")


class Country(NamedTuple):
    off: Mapping[date, str]
    """Days off outside the week's own, with their Russian names."""
    working: frozenset[date]
    """Days of a weekend that work."""
    before_holidays: frozenset[date]
    """Directly before a statutory holiday, working or not: such a working day is shorter (ТК art.
    95); a working Saturday in place of such a day is not among them.
    """
    years: frozenset[int]
    """Whose decree on moved days is known: some are moved in every year, since two of the eight New
    Year holidays always fall on a weekend.
    """


NOWHERE = Country({}, frozenset(), frozenset(), frozenset(range(FIRST_YEAR, LAST_YEAR + 1)))
"""A calendar of weeks and own exceptions only."""


def country_days(code: str) -> Country:
    return _russia() if code == COUNTRY else NOWHERE


@cache
def _russia() -> Country:
    import holidays

    years = range(FIRST_YEAR, LAST_YEAR + 1)
    found = holidays.country_holidays(COUNTRY, years=years, language="ru")
    decreed = frozenset(found.special_public_holidays)
    names = {day: _plain(name) for day, name in found.items()}
    return Country(names, frozenset(found.weekend_workdays), _before_holidays(), decreed)


def _plain(name: str) -> str:
    """«Выходной (перенесено с 01.11.2025)» would stand in brackets itself."""
    return _MOVED.sub(r"выходной перенесён с \1", name)


def _before_holidays() -> frozenset[date]:
    years = range(FIRST_YEAR, LAST_YEAR + 2)
    return frozenset(date(year, *day) - timedelta(days=1) for year in years for day in STATUTORY)
