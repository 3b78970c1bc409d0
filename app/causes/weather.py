"""Days of weather, entered by hand: the book that factors of growth look into."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from app.audit.service import ObjectKind, happened, record
from app.causes import repository
from app.causes.models import WeatherDay, WeatherKind, weather_id
from app.engine.client import Engine
from app.permissions import Permission
from app.viewer import Viewer, require


async def days(engine: Engine, viewer: Viewer | None) -> list[WeatherDay]:
    """The newest first. Raises `ForbiddenError`."""
    require(viewer, Permission.BOOKS_EDIT)
    return await repository.weather(engine)


async def kinds_by_day(engine: Engine) -> dict[date, frozenset[WeatherKind]]:
    found: dict[date, frozenset[WeatherKind]] = {}
    for one in await repository.weather(engine):
        found[one.day] = found.get(one.day, frozenset()) | {one.kind}
    return found


async def put(
    engine: Engine, viewer: Viewer | None, day: date, kind: WeatherKind, note: str
) -> None:
    who = require(viewer, Permission.BOOKS_EDIT).name
    one = WeatherDay(
        id=weather_id(day, kind), rev=1, day=day, kind=kind, note=note, by=who, at=datetime.now(UTC)
    )
    await _write(engine, one)


async def remove(engine: Engine, viewer: Viewer | None, day: date, kind: WeatherKind) -> None:
    """What was not there is removed as well."""
    who = require(viewer, Permission.BOOKS_EDIT).name
    one = WeatherDay(
        id=weather_id(day, kind), rev=1, day=day, kind=kind, by=who, at=datetime.now(UTC)
    )
    await _write(engine, replace(one, removed=True))


async def _write(engine: Engine, one: WeatherDay) -> None:
    event = happened("book.weather_changed", who=one.by, kind=ObjectKind.BOOK, object_id="weather")
    await record(engine, event)
    await repository.put_weather(engine, one)
