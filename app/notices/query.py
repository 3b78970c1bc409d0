"""Bodies for the engine: notices of one person and no other's."""

from typing import Any

from app.notices.models import EVENTS
from app.notices.params import PAGE, NoticeParams

Body = dict[str, Any]
_READ: Body = {"exists": {"field": "read_at"}}
SORT: list[dict[str, Any]] = [
    {"read_at": {"order": "desc", "missing": "_first"}},
    {"at": {"order": "desc"}},
    {"id": {"order": "asc"}},
]
"""What is unread first, then the newest."""


def unread(login: str) -> Body:
    return {"bool": {"filter": [{"term": {"login": login}}], "must_not": [_READ]}}


def page_body(params: NoticeParams, login: str) -> Body:
    """One more row than a page, to know whether there is a next one."""
    body: Body = {
        "query": _query(params, login),
        "size": PAGE + 1,
        "sort": [{"at": {"order": "desc"}}, {"id": {"order": "asc"}}],
        "track_total_hits": True,
    }
    if place := params.place():
        body["search_after"] = place
    return body


def _query(params: NoticeParams, login: str) -> Body:
    filters: list[Body] = [{"term": {"login": login}}]
    if params.kind:
        filters.append({"terms": {"what": list(EVENTS[params.kind])}})
    if params.state == "unread":
        return {"bool": {"filter": filters, "must_not": [_READ]}}
    return {"bool": {"filter": filters + ([_READ] if params.state == "read" else [])}}
