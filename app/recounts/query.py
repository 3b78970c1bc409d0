"""Which cases a change of the book may move, and which of them a viewer sees."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from app.cases.codes import DONE_STATES
from app.engine.access import access_clause
from app.recounts.models import RecountState
from app.viewer import Viewer

ENOUGH = (
    *("id", "number", "kind", "channel", "state", "received_at", "registered_at", "importance"),
    *("created_at", "updated_at", "rev", "version", "enriched_version", "audit_seq"),
    *("deadline_at", "deadlines", "deadline_profile", "promised_at", "alert_at", "alerted"),
    *("place.municipality", "workflow", "requests", "extension"),
)
"""Fields of a case that its due moments and reminders follow from; no text and no author."""


def open_cases(since: datetime | None = None) -> dict[str, Any]:
    """All of the installation: a rule holds for cases whoever sees them. `since`: changed later."""
    late = [{"range": {"updated_at": {"gt": since.isoformat()}}}] if since else []
    return {"bool": {"filter": late, "must_not": [{"terms": {"state": sorted(DONE_STATES)}}]}}


def seen(viewer: Viewer | None, ids: Collection[str]) -> dict[str, Any]:
    """Those of `ids` that `viewer` may see."""
    wanted = {"terms": {"id": sorted(ids)}}
    return {
        "size": len(ids),
        "_source": False,
        "query": {"bool": {"filter": [access_clause(viewer), wanted]}},
    }


def in_states(states: Iterable[RecountState]) -> dict[str, Any]:
    return {"terms": {"state": sorted(states)}}
