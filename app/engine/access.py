"""The access clause: part of every query, so a forgotten viewer finds nothing."""

from typing import Any

from app.viewer import Viewer


def access_clause(viewer: Viewer | None) -> dict[str, Any]:
    """A filter of cases `viewer` may see; without a viewer, or without any scope, none."""
    if viewer is not None and viewer.everything:
        return {"match_all": {}}
    return {"match_none": {}}
