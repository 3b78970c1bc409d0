"""Hours in which messages came, as parts of the day, days of the week and days of weather: pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from app.causes.factors import FactorKind, Share
from app.causes.models import WEATHER_NAMES, WeatherKind

Hours = Mapping[datetime, int]
"""Local beginning of an hour → messages of it."""

_PARTS = ((0, 6, "ночью"), (6, 12, "утром"), (12, 18, "днём"), (18, 24, "вечером"))
_WEEKDAYS = (
    "по понедельникам",
    "по вторникам",
    "по средам",
    "по четвергам",
    "по пятницам",
    "по субботам",
    "по воскресеньям",
)


def time_shares(
    inside: Hours, outside: Hours, weather: Mapping[date, frozenset[WeatherKind]]
) -> Iterator[Share]:
    yield from _shares(FactorKind.HOURS, _by_part(inside), _by_part(outside))
    yield from _shares(FactorKind.WEEKDAY, _by_weekday(inside), _by_weekday(outside))
    yield from _weather(inside, outside, weather)


def _by_part(hours: Hours) -> Counter[str]:
    """Midnight itself is left out: tables with a day and no time put everything there."""
    counts: Counter[str] = Counter()
    for hour, many in hours.items():
        if hour.hour:
            counts[next(name for since, until, name in _PARTS if since <= hour.hour < until)] += (
                many
            )
    return counts


def _by_weekday(hours: Hours) -> Counter[str]:
    counts: Counter[str] = Counter()
    for hour, many in hours.items():
        counts[_WEEKDAYS[hour.weekday()]] += many
    return counts


def _shares(kind: FactorKind, inside: Counter[str], outside: Counter[str]) -> Iterator[Share]:
    for what, many in inside.items():
        yield Share(kind, what, many, inside.total(), outside[what], outside.total())


def _weather(
    inside: Hours, outside: Hours, weather: Mapping[date, frozenset[WeatherKind]]
) -> Iterator[Share]:
    for kind, name in WEATHER_NAMES.items():
        days = {day for day, kinds in weather.items() if kind in kinds}
        if days:
            yield Share(
                FactorKind.WEATHER,
                f"в дни с погодой «{name}»",
                _on(days, inside),
                sum(inside.values()),
                _on(days, outside),
                sum(outside.values()),
            )


def _on(days: set[date], hours: Hours) -> int:
    return sum(many for hour, many in hours.items() if hour.date() in days)
