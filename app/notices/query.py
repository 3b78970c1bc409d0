"""Bodies for the engine: notices of one person and no other's."""

from datetime import datetime
from typing import Any

from app.notices.models import EVENTS, MailState
from app.notices.params import PAGE, NoticeParams, Show

Body = dict[str, Any]
_READ: Body = {"exists": {"field": "read_at"}}
SORT: list[Body] = [
    {"read_at": {"order": "desc", "missing": "_first"}},
    {"at": {"order": "desc"}},
    {"id": {"order": "asc"}},
]
"""What is unread first, then what was read last."""
_MOST_EVENTS = 100


def unread(login: str) -> Body:
    return {"bool": {"filter": [{"term": {"login": login}}], "must_not": [_READ]}}


def page_body(params: NoticeParams, login: str) -> Body:
    """One more row than a page, to know whether there is a next one. Events are counted as if no
    kind had been chosen.
    """
    body: Body = {
        "query": _query(params, login),
        "size": PAGE + 1,
        "sort": SORT,
        "track_total_hits": True,
        "aggs": {"events": {"terms": {"field": "what", "size": _MOST_EVENTS}}},
    }
    if params.kind:
        body["post_filter"] = {"terms": {"what": list(EVENTS[params.kind])}}
    if params.place:
        body["search_after"] = params.place
    return body


def oldest_unread(login: str, size: int) -> Body:
    return {"query": unread(login), "size": size, "_source": False, "sort": [{"at": "asc"}]}


def _query(params: NoticeParams, login: str) -> Body:
    if params.show is Show.UNREAD:
        return unread(login)
    filters: list[Body] = [{"term": {"login": login}}]
    return {"bool": {"filter": filters + ([_READ] if params.show is Show.READ else [])}}


def waiting(due_by: datetime | None = None) -> Body:
    """Letters that are still to be sent; those that were due by a moment, where one is given."""
    filters: list[Body] = [{"term": {"mail.state": MailState.DUE}}]
    if due_by:
        filters.append({"range": {"mail.due_at": {"lte": due_by.isoformat()}}})
    return {"bool": {"filter": filters}}


def lost(since: datetime) -> Body:
    """Letters that did not arrive, or perhaps did not."""
    return {
        "bool": {
            "filter": [
                {"terms": {"mail.state": [MailState.FAILED, MailState.UNSURE]}},
                {"range": {"mail.at": {"gte": since.isoformat()}}},
            ]
        }
    }
