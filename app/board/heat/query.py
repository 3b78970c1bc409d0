"""The body for the engine: messages by day, and by theme and territory."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.board.heat.params import HeatParams, Level
from app.board.query import days
from app.engine.access import access_clause
from app.engine.days import span_of_days
from app.viewer import Viewer

Body = dict[str, Any]
Clause = dict[str, Any]
FIELDS = {
    "theme": "classifier.im_theme",
    "municipality": "place.municipality",
    "settlement": "place.settlement",
    "district": "place.district",
}
THEMES, TERRITORIES = 15, 12
_CHOICES = 200
"""Also of the territories of one theme: the shown ones need not be its most frequent."""


def first_day(params: HeatParams, today: date) -> date:
    """The Monday with which the weeks begin."""
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(weeks=params.weeks - 1)


def heat_body(params: HeatParams, viewer: Viewer | None, today: date, zone: ZoneInfo) -> Body:
    """The calendar is of the chosen theme and territory, the table of all themes there."""
    period = {"received_at": span_of_days(first_day(params, today), today, zone)}
    places = [_chosen(params, name) for name in FIELDS if name != "theme"]
    there = [clause for clause in places if clause]
    theme = _chosen(params, "theme")
    territories = {level.value: _terms(FIELDS[level], TERRITORIES) for level in Level}
    cells = {level.value: _terms(FIELDS[level], _CHOICES) for level in Level}
    by_theme = {"terms": {"field": FIELDS["theme"], "size": THEMES}, "aggs": cells}
    return {
        "query": {"bool": {"filter": [access_clause(viewer), {"range": period}]}},
        "size": 0,
        "track_total_hits": False,
        "aggs": {
            "calendar": {
                "filter": _all([*there, *([theme] if theme else [])]),
                "aggs": {"days": days(zone)},
            },
            "there": {"filter": _all(there), "aggs": {**territories, "themes": by_theme}},
            "choices": {
                "filter": {"match_all": {}},
                "aggs": {name: _terms(field, _CHOICES) for name, field in FIELDS.items()},
            },
        },
    }


def _chosen(params: HeatParams, name: str) -> Clause | None:
    value = params.value(name)
    return {"term": {FIELDS[name]: value}} if value else None


def _all(clauses: list[Clause]) -> Clause:
    return {"bool": {"filter": clauses}}


def _terms(field: str, size: int) -> Clause:
    return {"terms": {"field": field, "size": size}}
