"""Messages by week as the engine is asked for them."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from app.engine.access import access_clause
from app.engine.days import span_of_days
from app.forecasts.params import Level
from app.growth.models import PROPOSAL
from app.viewer import Viewer

PAGE = 30_000
"""Buckets a request brings, below the engine's 65,536: each page reads all its messages again."""
_PLACES = {Level.SETTLEMENT: "place.settlement", Level.DISTRICT: "place.district"}


def weeks_body(
    viewer: Viewer | None,
    first: date,
    last: date,
    zone: ZoneInfo,
    level: Level,
    after: Any = None,
) -> dict[str, Any]:
    """By theme, territory and week (from Monday): complaints without copies that the viewer sees.
    What names no territory of the level is in no series.
    """
    week = {
        "field": "received_at",
        "calendar_interval": "week",
        "time_zone": str(zone),
        "format": "yyyy-MM-dd",
    }
    field = _PLACES.get(level)
    places = [{"place": {"terms": {"field": field}}}] if field else []
    groups: dict[str, Any] = {
        "size": PAGE,
        "sources": [
            {"theme": {"terms": {"field": "classifier.im_theme"}}},
            {"municipality": {"terms": {"field": "place.municipality"}}},
            *places,
            {"week": {"date_histogram": week}},
        ],
    }
    if after is not None:
        groups["after"] = after
    came = {"range": {"received_at": span_of_days(first, last, zone)}}
    left_out = [
        {"exists": {"field": "duplicate.root"}},
        {"term": {"tags": PROPOSAL}},
        {"term": {"state": "rejected"}},
    ]
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": [access_clause(viewer), came], "must_not": left_out}},
        "aggs": {"groups": {"composite": groups}},
    }
