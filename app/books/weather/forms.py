"""What the form of a day of weather sends, checked."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from app.causes.models import WeatherKind
from app.errors import BadInputError
from app.web.fields import text

LONGEST_NOTE = 200
_EARLIEST = date(2000, 1, 1)


def read_weather(given: Mapping[str, object]) -> tuple[date, WeatherKind, str]:
    """Raises `BadInputError` with the field."""
    try:
        day = date.fromisoformat(str(given.get("day", "")).strip())
    except ValueError:
        raise BadInputError("Выберите день.", field="day") from None
    if not _EARLIEST <= day <= datetime.now(UTC).date():
        raise BadInputError("Погоду записывают за прошедшие дни, с 2000 года.", field="day")
    kind = str(given.get("kind", ""))
    if kind not in set(WeatherKind):
        raise BadInputError("Выберите погоду.", field="kind")
    return day, WeatherKind(kind), text(given, "note", LONGEST_NOTE)
