"""Own boundaries on the map: a GeoJSON file, read strictly and kept small. Pure."""

import json
import math
from collections.abc import Iterator
from typing import Any

from app.errors import BadInputError

MOST_OCTETS = 5_000_000
MOST_POINTS = 100_000
_MOST_FEATURES = 5_000
_LONGEST_NAME = 200
_DIGITS = 6
"""Of a degree: a tenth of a metre."""
_DEPTHS = {"LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
"""Lists around the points of a geometry."""
_NAMES = ("name", "NAME", "name:ru", "title", "название", "Название")
_MOST_LON, _MOST_LAT = 180, 90

Json = dict[str, Any]


def read_boundaries(data: bytes) -> Json:
    """Lines and areas with their names and nothing else. Raises `BadInputError`."""
    if len(data) > MOST_OCTETS:
        raise _bad(
            f"Файл больше {MOST_OCTETS // 1_000_000} МБ. Упростите границы и загрузите снова."
        )
    try:
        whole = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _bad("Это не GeoJSON: файл не читается как JSON в UTF-8.") from None
    features = [_feature(one) for one in _features(whole)]
    if not features:
        raise _bad("В файле нет ни одной границы.")
    if sum(_points(one["geometry"]["coordinates"]) for one in features) > MOST_POINTS:
        raise _bad(f"В границах больше {MOST_POINTS} точек. Упростите их и загрузите снова.")
    return {"type": "FeatureCollection", "features": features}


def _features(whole: Any) -> list[Any]:
    kind = whole.get("type") if isinstance(whole, dict) else None
    if kind == "Feature":
        return [whole]
    if kind in _DEPTHS:
        return [{"geometry": whole}]
    found = whole.get("features") if kind == "FeatureCollection" else None
    if not isinstance(found, list):
        raise _bad("Это не GeoJSON: нужен FeatureCollection, Feature или граница.")
    if len(found) > _MOST_FEATURES:
        raise _bad(f"В файле больше {_MOST_FEATURES} границ.")
    return found


def _feature(one: Any) -> Json:
    shape = one.get("geometry") if isinstance(one, dict) else None
    kind = shape.get("type") if isinstance(shape, dict) else None
    if not isinstance(shape, dict) or kind not in _DEPTHS:
        raise _bad("На карту ложатся только линии и площади (LineString, Polygon и их Multi).")
    coordinates = _coordinates(shape.get("coordinates"), _DEPTHS[kind])
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"name": _name(one)}, "geometry": geometry}


def _name(one: Json) -> str:
    told = one.get("properties")
    found = [told.get(key) for key in _NAMES] if isinstance(told, dict) else []
    return next((value[:_LONGEST_NAME] for value in found if isinstance(value, str)), "")


def _coordinates(value: Any, depth: int) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _bad("У одной из границ нет точек.")
    if depth:
        return [_coordinates(one, depth - 1) for one in value]
    return _point(value)


def _point(value: list[Any]) -> list[float]:
    numbers = [one for one in value[:2] if isinstance(one, int | float) and math.isfinite(one)]
    if len(numbers) != len(("lon", "lat")):
        raise _bad("Точка границы записана неверно: нужны долгота и широта.")
    lon, lat = numbers
    if abs(lon) > _MOST_LON or abs(lat) > _MOST_LAT:
        raise _bad("Точка границы вне Земли: координаты нужны в градусах WGS 84, сначала долгота.")
    return [round(lon, _DIGITS), round(lat, _DIGITS)]


def _points(value: Any) -> int:
    return sum(1 for _ in _pairs(value))


def _pairs(value: list[Any]) -> Iterator[list[Any]]:
    if value and not isinstance(value[0], list):
        yield value
        return
    for one in value:
        yield from _pairs(one)


def _bad(message: str) -> BadInputError:
    return BadInputError(message, field="file")
