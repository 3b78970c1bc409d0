"""A point of a place as people write it: «55.755800, 37.617300»."""

from app.cases.models import Place, Point
from app.errors import BadInputError

PATTERN = r"-?\d{1,2}(\.\d{1,12})?, ?-?\d{1,3}(\.\d{1,12})?"
HINT = (
    "Широта и долгота: 55.755800, 37.617300. Пусто — точка остаётся, пока адрес прежний; "
    "с другим адресом прежняя точка уходит."
)
_MOST_LAT, _MOST_LON = 90, 180


def point_text(lat: float, lon: float) -> str:
    return f"{lat:.6f}, {lon:.6f}"


def shown_point(place: Place) -> str:
    """Empty where there is none."""
    return point_text(place.point.lat, place.point.lon) if place.point else ""


def read_point(text: str) -> Point:
    """Of a text that `PATTERN` fits. Raises `BadInputError`."""
    lat, lon = (float(part) for part in text.split(","))
    if abs(lat) > _MOST_LAT or abs(lon) > _MOST_LON:
        raise BadInputError("Такой точки нет: широта до 90, долгота до 180.", field="point")
    return Point(lat, lon)
