"""Bodies for the engine."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from app.engine.access import access_clause
from app.viewer import Viewer

Body = dict[str, Any]

MOST_OF_A_PROBLEM = 50
MOST_PRACTICES = 500


def of_problem_body(problem_ids: Collection[str]) -> Body:
    return {
        "query": {"terms": {"problem_id": sorted(problem_ids)}},
        "size": MOST_OF_A_PROBLEM,
        "sort": [{"created_at": "desc"}, {"id": "desc"}],
    }


def practices_body() -> Body:
    return {
        "query": {"term": {"published": True}},
        "size": MOST_PRACTICES,
        "sort": [{"solved_at": "desc"}, {"id": "asc"}],
    }


def due_body(now: datetime, size: int) -> Body:
    return {
        "query": {"range": {"alert_at": {"lte": now.isoformat()}}},
        "size": size,
        "_source": False,
        "sort": [{"alert_at": "asc"}, {"id": "asc"}],
    }


def days_body(
    viewer: Viewer | None, problem_id: str, since: datetime, until: datetime, zone: str
) -> Body:
    """Messages a local day; copies count once, with their original."""
    period = {"gte": since.isoformat(), "lt": until.isoformat()}
    mine = [
        access_clause(viewer),
        {"term": {"problem.id": problem_id}},
        {"range": {"received_at": period}},
    ]
    copies = [{"exists": {"field": "duplicate.root"}}]
    days = {
        "field": "received_at",
        "calendar_interval": "day",
        "time_zone": zone,
        "format": "yyyy-MM-dd",
        "min_doc_count": 1,
    }
    return {
        "query": {"bool": {"filter": mine, "must_not": copies}},
        "size": 0,
        "aggs": {"days": {"date_histogram": days}},
    }
