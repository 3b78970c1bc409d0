"""Points that would lie over each other, drawn as one: pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import asinh, floor, hypot, pi, radians, tan

from msgspec import Struct
from msgspec.structs import replace

_PIXELS = 48
"""Side of a square whose points become one."""
_TILE = 256
_WIDEST = 56
"""Pixels across the largest circle."""
_MOST_LAT = 85


class Spot(Struct, frozen=True):
    """One problem with `count` messages."""

    lat: float
    lon: float
    count: int
    title: str
    url: str
    state: str
    """Code of `app.problems.models.ProblemState`."""
    growing: bool = False


class Cluster(Struct, frozen=True):
    lat: float
    lon: float
    count: int
    """Things in it: problems, or messages."""
    growing: int = 0
    """How many of its problems grow."""


def gathered(spots: Iterable[Spot], zoom: int) -> tuple[list[Spot], list[Cluster]]:
    """Those that stand alone in their square, and one cluster for each other square."""
    side = 360 / 2**zoom * _PIXELS / _TILE
    squares: defaultdict[tuple[int, int], list[Spot]] = defaultdict(list)
    for one in spots:
        squares[floor(one.lat / side), floor(one.lon / side)].append(one)
    alone = [group[0] for group in squares.values() if len(group) == 1]
    return alone, kept_apart(
        [_cluster(group) for group in squares.values() if len(group) > 1], zoom
    )


def kept_apart(clusters: Sequence[Cluster], zoom: int) -> list[Cluster]:
    """The larger one takes in whatever its circle would cover: each can be hit by a finger."""
    kept: list[Cluster] = []
    places: list[tuple[float, float]] = []
    for one in sorted(clusters, key=lambda cluster: (-cluster.count, cluster.lat, cluster.lon)):
        here = _pixel(one, zoom)
        near = next((at for at, there in enumerate(places) if _beside(here, there)), None)
        if near is None:
            kept.append(one)
            places.append(here)
        else:
            kept[near] = _joined(kept[near], one)
    return kept


def _joined(larger: Cluster, other: Cluster) -> Cluster:
    count, growing = larger.count + other.count, larger.growing + other.growing
    return replace(larger, count=count, growing=growing)


def _pixel(one: Cluster, zoom: int) -> tuple[float, float]:
    """Where the map draws it (Web Mercator)."""
    world = _TILE * 2**zoom
    lat = max(-_MOST_LAT, min(_MOST_LAT, one.lat))
    return (one.lon + 180) / 360 * world, (1 - asinh(tan(radians(lat))) / pi) / 2 * world


def _beside(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return hypot(one[0] - other[0], one[1] - other[1]) < _WIDEST


def _cluster(group: list[Spot]) -> Cluster:
    number = len(group)
    lat, lon = sum(one.lat for one in group), sum(one.lon for one in group)
    return Cluster(lat / number, lon / number, number, sum(one.growing for one in group))
