"""The access clause: part of every query, so a forgotten viewer finds nothing."""

from typing import Any

from app.permissions import Permission
from app.viewer import Scope, Viewer

Clause = dict[str, Any]
NOTHING: Clause = {"match_none": {}}


def access_clause(viewer: Viewer | None) -> Clause:
    """A filter of cases `viewer` may see; without a viewer, or without any scope, none.

    Besides the scopes: cases given to this very person, and those that ask the own department.
    """
    if viewer is None:
        return NOTHING
    if viewer.within is None:
        return _allowed(viewer)
    return {"bool": {"filter": [_allowed(viewer), _within(viewer.within)]}}


def _allowed(viewer: Viewer) -> Clause:
    if viewer.everything:
        return {"match_all": {}}
    if not viewer.may(Permission.CASE_VIEW):
        return NOTHING
    ways = [_within(scope) for scope in viewer.scopes]
    if any(way == {"match_all": {}} for way in ways):
        return {"match_all": {}}
    ways.append({"term": {"workflow.assignee": viewer.name}})
    if viewer.departments:
        ways.append({"terms": {"workflow.asked": sorted(viewer.departments)}})
    return {"bool": {"should": ways, "minimum_should_match": 1}}


def _within(scope: Scope) -> Clause:
    parts = {
        "place.municipality": scope.municipalities,
        "workflow.department": scope.departments,
        "channel": scope.channels,
    }
    limits = [
        {"terms": {name: sorted(values)}} if values else NOTHING
        for name, values in parts.items()
        if values is not None
    ]
    return {"bool": {"filter": limits}} if limits else {"match_all": {}}
