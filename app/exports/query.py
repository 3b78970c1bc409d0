"""Which exports a person may see in the list."""

from typing import Any

from app.viewer import Viewer


def own_exports(viewer: Viewer | None) -> dict[str, Any]:
    """Only the viewer's own, also for one who sees every case; without a viewer none."""
    if viewer is None:
        return {"match_none": {}}
    return {"term": {"created_by": viewer.name}}
