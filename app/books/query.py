"""What the cases tell about departments: only names and counts, never a text."""

from collections.abc import Iterable
from typing import Any

from app.cases.codes import DONE_STATES, State
from app.engine.access import access_clause
from app.permissions import Permission
from app.viewer import Viewer

MOST_NAMES = 5000
"""Names of departments that cases bear; a region's list of bodies has some hundreds."""
OPEN_STATES = tuple(state for state in State if state not in DONE_STATES)


def open_cases() -> dict[str, Any]:
    return {"terms": {"state": sorted(OPEN_STATES)}}


def seen_by(viewer: Viewer) -> dict[str, Any]:
    """Whoever reads cases counts those they see, so that a count equals its list.

    Who keeps the books without reading cases counts all: a name and a number are the book's own.
    """
    if viewer.may(Permission.CASE_VIEW):
        return access_clause(viewer)
    return {"match_all": {}}


def department_counts(viewer: Viewer) -> dict[str, Any]:
    """For each name of a department: cases, and open ones among them."""
    return {
        "size": 0,
        "query": {"bool": {"filter": [seen_by(viewer)]}},
        "aggs": {
            "names": {
                "terms": {"field": "workflow.department", "size": MOST_NAMES},
                "aggs": {"open": {"filter": open_cases()}},
            }
        },
    }


def search_pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """The address of the search that lists what is counted as open."""
    return [("state", state) for state in OPEN_STATES] + [("department", name) for name in names]
