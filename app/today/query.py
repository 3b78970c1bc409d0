"""Bodies for the engine: one request for everything that stands open, one for what came."""

from datetime import timedelta
from typing import Any

from app.engine.access import Clause, access_clause
from app.engine.days import span_of_days
from app.viewer import Viewer
from app.work.queues import OPEN, Moment, Queue, offered_queues, queue_clause

Body = dict[str, Any]

WEEKS = 4
"""Ahead: what falls due in them is shown day by day."""
ASKED = (
    Queue.OVERDUE,
    Queue.TODAY,
    Queue.SILENT,
    Queue.SLIPPED,
    Queue.RETURNED,
    Queue.FREE,
    Queue.MODERATION,
    Queue.APPROVAL,
)
"""The morning's questions, in the order of the page; those of other rights are left out."""
_MOST_NAMES = 5000
"""Departments, or people: more than a municipality has."""


def asked_queues(viewer: Viewer) -> list[Queue]:
    offered = set(offered_queues(viewer))
    return [queue for queue in ASKED if queue in offered]


def open_body(viewer: Viewer, moment: Moment) -> Body:
    """Counts of open cases: by queue, by department and person, by the day they fall due."""
    queues = {one.value: queue_clause(one, viewer, moment) for one in asked_queues(viewer)}
    burning = {
        one.value: {"filter": queue_clause(one, viewer, moment)}
        for one in (Queue.OVERDUE, Queue.TODAY)
    }
    return {
        "query": {"bool": {"filter": [access_clause(viewer), OPEN]}},
        "size": 0,
        "track_total_hits": True,
        "aggs": {
            "queues": {"filters": {"filters": queues}},
            "departments": {"terms": _names("workflow.department"), "aggs": burning},
            "people": {"terms": _names("workflow.assignee"), "aggs": burning},
            "silent": {
                "filter": queue_clause(Queue.SILENT, viewer, moment),
                "aggs": {"asked": {"terms": _names("workflow.asked")}},
            },
            "days": _days(moment),
        },
    }


def came_bodies(viewer: Viewer, moment: Moment) -> list[Body]:
    """What came yesterday and today: a count for each, whatever has become of it since."""
    today, zone = moment.now.date(), moment.now.tzinfo
    yesterday = today - timedelta(days=1)
    return [_came(viewer, span_of_days(day, day, zone)) for day in (yesterday, today)]


def _came(viewer: Viewer, period: dict[str, str]) -> Body:
    filters: list[Clause] = [access_clause(viewer), {"range": {"received_at": period}}]
    return {"query": {"bool": {"filter": filters}}, "size": 0, "track_total_hits": True}


def _names(field: str) -> dict[str, Any]:
    return {"field": field, "size": _MOST_NAMES}


def _days(moment: Moment) -> dict[str, Any]:
    """Days of the municipality from today on."""
    today = moment.now.date()
    last = today + timedelta(weeks=WEEKS, days=-1)
    span = span_of_days(today, last, moment.now.tzinfo)
    histogram = {
        "field": "deadline_at",
        "calendar_interval": "day",
        "time_zone": str(moment.now.tzinfo),
        "format": "yyyy-MM-dd",
        "min_doc_count": 1,
    }
    return {
        "filter": {"range": {"deadline_at": span}},
        "aggs": {"day": {"date_histogram": histogram}},
    }
