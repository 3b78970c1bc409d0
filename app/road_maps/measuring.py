"""Messages before the work and after the solution, counted over what the person sees."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.engine.client import Engine
from app.engine.names import Index
from app.road_maps.effect import effect
from app.road_maps.models import Effect
from app.road_maps.query import days_body
from app.road_maps.service import OpenMap
from app.viewer import Viewer

WEEKS = 12
"""Looked at on each side, where there are so many."""
_WEEK = timedelta(days=7)


async def measure(
    engine: Engine, viewer: Viewer | None, opened: OpenMap, zone: ZoneInfo
) -> Effect | None:
    """None until a whole week has passed since the solution."""
    one = opened.road_map
    if one.begun_at is None or one.solved_at is None:
        return None
    begun = one.begun_at.astimezone(zone).date()
    solved, today = one.solved_at.astimezone(zone).date(), datetime.now(UTC).astimezone(zone).date()
    if today - solved <= _WEEK:
        return None
    first = datetime.combine(begun - WEEKS * _WEEK, datetime.min.time(), zone)
    body = days_body(viewer, opened.problem.id, first, datetime.now(UTC), zone.key)
    buckets = (await engine.search(Index.CASES, body))["aggregations"]["days"]["buckets"]
    days = {date.fromisoformat(each["key_as_string"]): int(each["doc_count"]) for each in buckets}
    return effect(weeks_before(days, begun), weeks_after(days, solved, today))


def weeks_before(days: Mapping[date, int], begun: date) -> list[int]:
    """Sums of whole weeks up to the day the work began, from the first with a message on."""
    weeks = [_week(days, begun - place * _WEEK) for place in range(WEEKS, 0, -1)]
    while weeks and not weeks[0]:
        weeks.pop(0)
    return weeks


def weeks_after(days: Mapping[date, int], solved: date, today: date) -> list[int]:
    """Sums of whole weeks that are over, from the day after the solution."""
    start = solved + timedelta(days=1)
    whole = min((today - start) // _WEEK, WEEKS)
    return [_week(days, start + place * _WEEK) for place in range(whole)]


def _week(days: Mapping[date, int], first: date) -> int:
    return sum(days.get(first + timedelta(days=place), 0) for place in range(7))
