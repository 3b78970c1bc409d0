"""Parameters and viewer → the engine's query. Without the right to read, nothing is found."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.audit.params import AuditParams
from app.permissions import Permission
from app.viewer import Viewer

PAGE = 50
SORT = [{"at": "desc"}, {"link": "desc"}, {"id": "desc"}]
"""Events of one write have one moment: within a case the link is their order."""
_MOST_VALUES = 30
FACETS = ("what", "who", "outcome")


def audit_clause(params: AuditParams, viewer: Viewer | None, zone: ZoneInfo) -> dict[str, Any]:
    if viewer is None or not viewer.may(Permission.AUDIT_VIEW):
        return {"match_none": {}}
    filters: list[dict[str, Any]] = [
        {"term": {name: value}} for name, value in params.filters.items()
    ]
    if days := _days(params, zone):
        filters.append({"range": {"at": days}})
    return {"bool": {"filter": filters}} if filters else {"match_all": {}}


def _days(params: AuditParams, zone: ZoneInfo) -> dict[str, str]:
    days = {}
    if params.since:
        days["gte"] = datetime.combine(params.since, time(), zone).isoformat()
    if params.until:
        next_day = params.until + timedelta(days=1)
        days["lt"] = datetime.combine(next_day, time(), zone).isoformat()
    return days


def page_body(params: AuditParams, viewer: Viewer | None, zone: ZoneInfo) -> dict[str, Any]:
    """One line more than a page: whether others follow."""
    place = params.place()
    return {
        "query": audit_clause(params, viewer, zone),
        "size": PAGE + 1,
        "sort": SORT,
        "track_total_hits": True,
        "aggs": {name: _counted(name) for name in FACETS},
        **({"search_after": place} if place else {}),
    }


def walk_body(
    params: AuditParams, viewer: Viewer | None, zone: ZoneInfo, size: int
) -> dict[str, Any]:
    clause = audit_clause(params, viewer, zone)
    return {"query": clause, "size": size, "sort": SORT, "track_total_hits": True}


def _counted(name: str) -> dict[str, Any]:
    return {"terms": {"field": name, "size": _MOST_VALUES}}
