"""Boundaries of the demo town's districts and villages: around the houses of their streets."""

from collections import defaultdict

import msgspec
from scipy.spatial import ConvexHull

from dev.demo.town import place_at, streets

_NORTH, _EAST = 0.0025, 0.0045
"""Degrees beyond the last houses, some 280 m: gardens and roads. A village may be one street."""


def demo_boundaries() -> bytes:
    """GeoJSON in degrees of WGS 84, as the map of problems takes it."""
    ends: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for street in streets():
        for house in ("1", str(street.houses)):
            at = place_at(street, house)
            ends[street.district or street.settlement] += _around(at.lon, at.lat)
    features = [_feature(name, points) for name, points in ends.items()]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _around(lon: float, lat: float) -> list[tuple[float, float]]:
    return [
        (round(lon + east, 5), round(lat + north, 5))
        for east in (-_EAST, _EAST)
        for north in (-_NORTH, _NORTH)
    ]


def _feature(name: str, points: list[tuple[float, float]]) -> dict[str, object]:
    ring = [points[corner] for corner in ConvexHull(points).vertices]
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Feature", "properties": {"name": name}, "geometry": shape}
