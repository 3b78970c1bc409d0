"""The forecast over the cases a person sees, kept for some minutes."""

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from anyio.to_thread import run_sync
from msgspec import Struct
from numpy.typing import NDArray

from app.engine.access import access_clause
from app.engine.client import Engine
from app.engine.names import Index
from app.forecasts import query
from app.forecasts.params import Level
from app.forecasts.rules import Forecast, forecast
from app.permissions import Permission
from app.viewer import Viewer, require

WEEKS = 156
"""Three years: a year to learn the season from, and two to learn the errors."""
LEAST_IN_HALF_A_YEAR = 13
"""Messages below which a series is not forecast: one in two weeks."""
_HALF_A_YEAR = 26
_WEEK = timedelta(weeks=1)
_STRETCH = 13
"""Weeks asked for at once."""
_KEPT_SECONDS = 600
_MOST_KEPT = 32

_Rows = dict[tuple[str, str, str], dict[date, int]]
"""Theme, municipality and place → messages by week."""


class Few(Struct, frozen=True):
    """A series that is not forecast, and its messages of half a year."""

    theme: str
    municipality: str
    place: str
    count: int


class Weekly(Struct, frozen=True):
    """Whole weeks of what is written about often enough; the last one ended before today."""

    first: date
    """A Monday."""
    themes: list[str]
    municipalities: list[str]
    places: list[str]
    """Settlements or districts; empty texts where series are of municipalities."""
    counts: NDArray[np.int64]
    few: list[Few]
    """The most messages first."""

    @property
    def next_week(self) -> date:
        return self.first + timedelta(weeks=int(self.counts.shape[1]))


class Outlook(Struct, frozen=True):
    weekly: Weekly
    forecast: Forecast | None
    """None where there are too few weeks or messages."""


_kept: dict[str, tuple[float, Outlook]] = {}
"""By installation, week, level and access: the time it was made, and what."""


async def outlook(
    engine: Engine,
    viewer: Viewer | None,
    zone: ZoneInfo,
    now: datetime | None = None,
    *,
    level: Level = Level.MUNICIPALITY,
) -> Outlook:
    """Of the next four weeks, this one included. Raises `ForbiddenError`."""
    who = require(viewer, Permission.PROBLEM_VIEW)
    today = (now or datetime.now(UTC)).astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    key = f"{engine.prefix} {monday} {level} {json.dumps(access_clause(who), sort_keys=True)}"
    made_at, made = _kept.get(key, (0.0, None))
    if made is not None and time.monotonic() - made_at < _KEPT_SECONDS:
        return made
    weekly = await _weekly(engine, who, monday, zone, level)
    made = Outlook(weekly, await run_sync(forecast, weekly.counts, weekly.themes))
    _kept.pop(key, None)
    while len(_kept) >= _MOST_KEPT:
        _kept.pop(next(iter(_kept)))
    _kept[key] = (time.monotonic(), made)
    return made


def forget_outlooks() -> None:
    """For tests and after a load that must be seen at once."""
    _kept.clear()


async def _weekly(
    engine: Engine, viewer: Viewer, monday: date, zone: ZoneInfo, level: Level
) -> Weekly:
    rows: _Rows = {}
    for back in range(WEEKS, 0, -_STRETCH):
        first = monday - back * _WEEK
        last = min(first + _STRETCH * _WEEK, monday) - timedelta(days=1)
        async for key, many in _groups(engine, viewer, first, last, zone, level):
            week = date.fromisoformat(key["week"])
            series = (key["theme"], key["municipality"], key.get("place", ""))
            rows.setdefault(series, {})[week] = many
    return _matrix(rows, monday)


async def _groups(
    engine: Engine, viewer: Viewer, first: date, last: date, zone: ZoneInfo, level: Level
) -> AsyncIterator[tuple[dict[str, str], int]]:
    after = None
    while True:
        body = query.weeks_body(viewer, first, last, zone, level, after)
        groups = (await engine.search(Index.CASES, body))["aggregations"]["groups"]
        for bucket in groups["buckets"]:
            yield bucket["key"], bucket["doc_count"]
        after = groups.get("after_key")
        if after is None or len(groups["buckets"]) < query.PAGE:
            return


def _matrix(rows: _Rows, monday: date) -> Weekly:
    """From the first week with any message on."""
    first = min((week for weeks in rows.values() for week in weeks), default=monday)
    counts = np.zeros((len(rows), (monday - first).days // 7), dtype=np.int64)
    for row, weeks in enumerate(rows.values()):
        for week, many in weeks.items():
            counts[row, (week - first).days // 7] = many
    lately = counts[:, -_HALF_A_YEAR:].sum(axis=1)
    names = list(rows)
    kept = [row for row, many in enumerate(lately) if many >= LEAST_IN_HALF_A_YEAR]
    few = [
        Few(*names[row], count=int(many))
        for row, many in enumerate(lately)
        if 0 < many < LEAST_IN_HALF_A_YEAR
    ]
    return Weekly(
        first=first,
        themes=[names[row][0] for row in kept],
        municipalities=[names[row][1] for row in kept],
        places=[names[row][2] for row in kept],
        counts=counts[kept],
        few=sorted(few, key=lambda one: (-one.count, one.theme, one.municipality, one.place)),
    )
