"""Which open cases lie with a person: what a leaver's page lists, without texts and authors."""

from typing import Any

from app.cases.codes import DONE_STATES
from app.cases.reassign import held_by

LISTED = 500
"""Cases shown of one person; all are moved, also those not shown."""
_SOURCE = ["id", "number", "kind", "state", "deadline_at", "received_at", "workflow.department"]


def cases_page(login: str) -> dict[str, Any]:
    return {
        "query": held_by(login),
        "size": LISTED,
        "track_total_hits": True,
        "_source": _SOURCE,
        "sort": [{"deadline_at": {"order": "asc", "missing": "_last"}}, {"id": "asc"}],
    }


def counts_by_person(logins: list[str]) -> dict[str, Any]:
    """Open cases of each of `logins`."""
    done = {"terms": {"state": sorted(DONE_STATES)}}
    query = {"bool": {"filter": [{"terms": {"workflow.assignee": logins}}], "must_not": [done]}}
    by_login = {"terms": {"field": "workflow.assignee", "include": logins, "size": len(logins)}}
    return {"size": 0, "query": query, "aggs": {"people": by_login}}
