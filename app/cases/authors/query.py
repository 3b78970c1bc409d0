"""Cases of one author as the engine is asked for them; the author is a key, nobody's name."""

from typing import Any

from app.engine.access import permitted_clause
from app.permissions import Permission
from app.viewer import Viewer

PAGE = 20
SORT: list[dict[str, Any]] = [{"received_at": "desc"}, {"id": "asc"}]
_SOURCE = [
    *("id", "number", "kind", "channel", "state", "received_at", "deadline_at", "closed_at"),
    *("title", "text", "place", "classifier.im_theme", "workflow.department"),
]
"""Named one by one: of the author, by whom they were found, nothing is read."""


def page_body(key: str, viewer: Viewer | None, after: list[Any] | None) -> dict[str, Any]:
    """The newest first, and one row more, which tells whether there is a next page."""
    return {
        "query": _of_author(key, viewer),
        "size": PAGE + 1,
        "sort": SORT,
        "track_total_hits": True,
        "_source": _SOURCE,
        **({"search_after": after} if after else {}),
    }


def others_body(key: str, viewer: Viewer | None, case_id: str) -> dict[str, Any]:
    query = _of_author(key, viewer)
    query["bool"]["must_not"] = [{"term": {"id": case_id}}]
    return {"query": query, "size": 0, "track_total_hits": True}


def _of_author(key: str, viewer: Viewer | None) -> dict[str, Any]:
    """Of those whose author the viewer may open: that two cases have one is itself a datum."""
    able = permitted_clause(viewer, Permission.CASE_REVEAL_AUTHOR)
    return {"bool": {"filter": [able, {"term": {"author.key": key}}]}}
