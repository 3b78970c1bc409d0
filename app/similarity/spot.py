"""Where a message speaks of, and how two such places lie to each other."""

from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

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


def street_key(street: str) -> str | None:
    """A street as `spot.street` has it: «ул. Ленина» → «ленина»; None where it is no name."""
    _, name = canonical_street(street)
    return " ".join(fold(name).split()) if name else None


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
    key = street_key(street) if street else None
    number = (canonical_house(house) or fold(house)) if house and key else None
    if key is None:
        found = find_address(said, streets)
        if found:
            key, number = street_key(found.address.street), found.address.house
    return Spot(key, number, point, objects(said))


def lie(one: Spot, other: Spot, thresholds: Thresholds) -> Lie:
    """Points decide only where the addresses do not: a house has one entrance 80 m from another."""
    metres = _metres(one.point, other.point)
    if one.street and other.street:
        return Lie(_by_street(one, other, metres, thresholds), metres)
    if metres is None:
        return Lie(Nearness.UNKNOWN)
    near = metres <= thresholds.near_metres
    return Lie(Nearness.SAME if near else Nearness.OTHER, metres)


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
    return abs(_number(one) - _number(other)) <= _NEIGHBOUR_HOUSES


def _number(house: str) -> int:
    digits = "".join(sign if sign.isdigit() else " " for sign in house).split()
    return int(digits[0]) if digits else 0


def _metres(one: LatLon | None, other: LatLon | None) -> float | None:
    """The great circle between two points."""
    if one is None or other is None:
        return None
    first, second = radians(one.lat), radians(other.lat)
    up, across = (second - first) / 2, radians(other.lon - one.lon) / 2
    share = sin(up) ** 2 + cos(first) * cos(second) * sin(across) ** 2
    return 2 * _EARTH_METRES * asin(min(1.0, sqrt(share)))
