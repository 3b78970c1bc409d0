"""Where a house stands: what the installation's own cases with points tell, no outside service.

A house that cases name has their median point. Another one lies between its neighbours of the same
side, as far along as its number. A street alone has the middle of its houses.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from statistics import median

from msgspec import Struct, field

from app.text.words import fold

FARTHEST = 24
"""Numbers between a house and the neighbour it is placed by."""
_NUMBER = re.compile(r"\d+")


class Sureness(StrEnum):
    HOUSE = "house"
    BETWEEN = "between"
    NEAR = "near"
    STREET = "street"


class House(Struct, frozen=True, array_like=True):
    lat: float
    lon: float
    seen: int
    """Cases its point was made of."""
    district: str | None = None


class Street(Struct, frozen=True):
    name: str
    """As `place.street` has it."""
    municipality: str | None
    houses: dict[str, House]
    lat: float
    lon: float
    district: str | None = None
    """Of most of its houses."""


class Located(Struct, frozen=True):
    lat: float
    lon: float
    district: str | None
    sureness: Sureness
    told: str
    """«дом 12 назван в 3 обращениях с точкой»."""


class Seen(Struct, frozen=True):
    """One case with a point."""

    municipality: str | None
    street: str
    house: str | None
    lat: float
    lon: float
    district: str | None


class Gazetteer(Struct, frozen=True):
    streets: dict[str, list[Street]] = field(default_factory=dict)
    """By the folded name; several where municipalities share it."""

    def locate(
        self, street: str, house: str | None, municipality: str | None = None
    ) -> Located | None:
        """None where no case has told, or several municipalities have such a street."""
        known = self.streets.get(fold(street), [])
        if municipality:
            known = [one for one in known if one.municipality in {municipality, None}] or []
        if len(known) != 1:
            return None
        return _on(known[0], fold(house) if house else None)


def _on(street: Street, house: str | None) -> Located:
    if house is None:
        return _middle(street, "дом не назван: середина улицы")
    exact = street.houses.get(house)
    if exact:
        told = f"дом {house}: точка из обращений, {exact.seen}"
        return Located(exact.lat, exact.lon, exact.district, Sureness.HOUSE, told)
    return _beside(street, house) or _middle(
        street, f"дома {house} в обращениях нет: середина улицы"
    )


def _middle(street: Street, told: str) -> Located:
    return Located(street.lat, street.lon, street.district, Sureness.STREET, told)


def _beside(street: Street, house: str) -> Located | None:
    number = number_of(house)
    if number is None:
        return None
    near = sorted(
        (known, one)
        for label, one in street.houses.items()
        if (known := number_of(label)) is not None and abs(known - number) <= FARTHEST
    )
    side = [(known, one) for known, one in near if (known - number) % 2 == 0] or near
    below = [pair for pair in side if pair[0] <= number]
    above = [pair for pair in side if pair[0] > number]
    if below and above:
        return _between(number, below[-1], above[0])
    if not side:
        return None
    known, one = min(side, key=lambda pair: abs(pair[0] - number))
    return Located(one.lat, one.lon, one.district, Sureness.NEAR, f"рядом: по дому {known}")


def _between(number: int, below: tuple[int, House], above: tuple[int, House]) -> Located:
    (low, first), (high, second) = below, above
    share = (number - low) / (high - low)
    told = f"между домами {low} и {high}" if low != number else f"рядом: по дому {low}"
    return Located(
        first.lat + (second.lat - first.lat) * share,
        first.lon + (second.lon - first.lon) * share,
        first.district if first.district == second.district else None,
        Sureness.BETWEEN if low != number else Sureness.NEAR,
        told,
    )


def number_of(house: str) -> int | None:
    """«35а» → 35."""
    found = _NUMBER.match(house)
    return int(found.group()) if found else None


def gathered(seen: Iterable[Seen]) -> Gazetteer:
    """Medians of what cases tell: one wrong point among three does not move a house."""
    houses: dict[tuple[str | None, str], dict[str, list[Seen]]] = {}
    for one in seen:
        of_street = houses.setdefault((one.municipality, one.street), {})
        of_street.setdefault(fold(one.house or ""), []).append(one)
    streets: dict[str, list[Street]] = {}
    for (municipality, name), of_street in houses.items():
        made = _street(name, municipality, of_street)
        streets.setdefault(fold(name), []).append(made)
    return Gazetteer(streets)


def _street(name: str, municipality: str | None, by_house: Mapping[str, list[Seen]]) -> Street:
    houses = {label: _house(seen) for label, seen in by_house.items() if label}
    points = list(houses.values()) or [_house(by_house[""])]
    return Street(
        name,
        municipality,
        houses,
        median(one.lat for one in points),
        median(one.lon for one in points),
        _usual([one.district for one in points]),
    )


def _house(seen: list[Seen]) -> House:
    return House(
        median(one.lat for one in seen),
        median(one.lon for one in seen),
        len(seen),
        _usual([one.district for one in seen]),
    )


def _usual(names: list[str | None]) -> str | None:
    told = [name for name in names if name]
    return max(sorted(set(told)), key=told.count) if told else None
