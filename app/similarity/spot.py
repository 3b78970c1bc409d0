"""Where a message speaks of, and how two such places lie to each other."""

from enum import StrEnum
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

from msgspec import Struct

from app.similarity.models import LatLon, Spot
from app.similarity.objects import objects, same_name
from app.similarity.thresholds import Thresholds
from app.text.addresses import canonical_house, canonical_street, find_address
from app.text.streets import NO_STREETS, Streets
from app.text.words import fold

_EARTH_METRES = 6_371_000
_MOST_READ = 5_000
"""Characters of a text that are looked through for places: a letter names its place early."""

_MOST_ADDRESSES = 3
"""Where the author lives, where the trouble is, and the corner of it."""


_KEPT = 10_000
"""Streets and houses whose keys are remembered: a town has a thousand streets."""


class Nearness(StrEnum):
    SAME = "same"
    """The same house, or points as near as one house."""
    STREET = "street"
    """One street, and one of the two names no house."""
    NEIGHBOUR = "neighbour"
    """One street, different houses within 300 m or with near numbers."""
    OTHER = "other"
    UNKNOWN = "unknown"
    """One of the two names no place."""


class Lie(Struct, frozen=True):
    """How two places lie to each other; `metres` where both have a point."""

    nearness: Nearness
    metres: float | None = None


@lru_cache(maxsize=_KEPT)
def street_key(street: str) -> str | None:
    """A street as `spot.street` has it: «ул. Ленина» → «ленина»; None where it is no name."""
    _, name = canonical_street(street)
    return " ".join(fold(name).split()) if name else None


@lru_cache(maxsize=_KEPT)
def house_key(house: str) -> str:
    """A house as `spot.house` has it: «Д. 7 А» → «7а»; what is no number stays as it is."""
    return canonical_house(house) or fold(house)


def spot_of(
    text: str,
    title: str | None = None,
    *,
    street: str | None = None,
    house: str | None = None,
    point: LatLon | None = None,
    streets: Streets = NO_STREETS,
) -> Spot:
    """The place as it was given, else as the words tell it; `streets` are those the cases name."""
    said = f"{title}\n{text}"[:_MOST_READ] if title else text[:_MOST_READ]
    named = _addresses(said, streets)
    found = sorted([*objects(said), *(f"улица:{key}" for key, _ in named)])
    if street and (key := street_key(street)):
        number = house_key(house) if house else None
        if number is None and point is None:  # a text sent from everywhere names one house
            number = _told_house(key, named)
        return Spot(key, number, point, found)
    first, number = named[0] if named else (None, None)
    return Spot(first, number, point, found, told=bool(named))


def _told_house(street: str, named: list[tuple[str, str | None]]) -> str | None:
    """The house a text names on the street its field gives: many forms have a street alone."""
    return next((house for key, house in named if house and same_name(key, street)), None)


def spot_document(spot: Spot) -> dict[str, Any]:
    """`spot` as the case has it in the index; empty where nothing was found."""
    point = {"lat": spot.point.lat, "lon": spot.point.lon} if spot.point else None
    parts = {"street": spot.street, "house": spot.house, "point": point, "objects": spot.objects}
    return {name: value for name, value in parts.items() if value}


def _addresses(said: str, streets: Streets) -> list[tuple[str, str | None]]:
    """Streets, as keys, and houses in the order the text names them."""
    named: list[tuple[str, str | None]] = []
    while len(named) < _MOST_ADDRESSES and (found := find_address(said, streets)):
        if key := street_key(found.address.street):
            named.append((key, found.address.house))
        said = found.after
    return named


def lie(one: Spot, other: Spot, thresholds: Thresholds) -> Lie:
    """Addresses given in fields decide before points: a house has one entrance 80 m from another.

    One that only the text tells gives way to points: a text sent from everywhere names one house.
    """
    metres = metres_between(one.point, other.point)
    told = one.told or other.told
    far = metres is not None and metres > thresholds.near_metres
    if one.street and other.street and not (told and far):
        return Lie(_by_street(one, other, metres, thresholds), metres)
    if metres is None:
        return Lie(Nearness.UNKNOWN)
    return Lie(Nearness.OTHER if far else Nearness.SAME, metres)


def apart(one: Spot, other: Spot, found: Lie, thresholds: Thresholds) -> bool:
    """Whether fields or points say that the two are at different places; of two copies of a text
    the place that the text tells says nothing: they are compared word by word.
    """
    if one.street and other.street and not (one.told or other.told):
        return found.nearness in _ELSEWHERE
    return found.metres is not None and found.metres > thresholds.near_metres


_ELSEWHERE = frozenset({Nearness.OTHER, Nearness.NEIGHBOUR})


def _by_street(one: Spot, other: Spot, metres: float | None, thresholds: Thresholds) -> Nearness:
    if not same_name(one.street or "", other.street or ""):
        return Nearness.OTHER
    if one.house and other.house:
        if one.house == other.house:
            return Nearness.SAME
        return (
            Nearness.NEIGHBOUR
            if _are_neighbours(one.house, other.house, metres)
            else Nearness.OTHER
        )
    if metres is not None:
        return Nearness.SAME if metres <= thresholds.near_metres else Nearness.OTHER
    return Nearness.STREET


_NEIGHBOUR_METRES = 300
_NEIGHBOUR_HOUSES = 8
"""Four houses along one side of a street: even and odd numbers take turns."""


def _are_neighbours(one: str, other: str, metres: float | None) -> bool:
    if metres is not None:
        return metres <= _NEIGHBOUR_METRES
    return abs(house_number(one) - house_number(other)) <= _NEIGHBOUR_HOUSES


def house_number(house: str) -> int:
    """Its first number: 35 of «35а»; 0 where it has none."""
    digits = "".join(sign if sign.isdecimal() else " " for sign in house).split()
    return int(digits[0]) if digits else 0


def metres_between(one: LatLon | None, other: LatLon | None) -> float | None:
    """The great circle between two points."""
    if one is None or other is None:
        return None
    first, second = radians(one.lat), radians(other.lat)
    up, across = (second - first) / 2, radians(other.lon - one.lon) / 2
    share = sin(up) ** 2 + cos(first) * cos(second) * sin(across) ** 2
    return 2 * _EARTH_METRES * asin(min(1.0, sqrt(share)))
