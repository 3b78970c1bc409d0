"""Points that would lie over each other, drawn as one: pure."""

from collections import defaultdict
from collections.abc import Iterable
from math import floor

from msgspec import Struct

_PIXELS = 48
"""Side of a square whose points become one."""
_TILE = 256


class Spot(Struct, frozen=True):
    """One problem with `count` messages."""

    lat: float
    lon: float
    count: int
    title: str
    url: str


class Cluster(Struct, frozen=True):
    lat: float
    lon: float
    count: int
    """Things in it: problems, or messages."""


def gathered(spots: Iterable[Spot], zoom: int) -> tuple[list[Spot], list[Cluster]]:
    """Those that stand alone in their square, and one cluster for each other square."""
    side = 360 / 2**zoom * _PIXELS / _TILE
    squares: defaultdict[tuple[int, int], list[Spot]] = defaultdict(list)
    for one in spots:
        squares[floor(one.lat / side), floor(one.lon / side)].append(one)
    alone = [group[0] for group in squares.values() if len(group) == 1]
    return alone, [_cluster(group) for group in squares.values() if len(group) > 1]


def _cluster(group: list[Spot]) -> Cluster:
    number = len(group)
    lat, lon = sum(one.lat for one in group), sum(one.lon for one in group)
    return Cluster(lat / number, lon / number, number)
