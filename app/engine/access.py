"""The access clause: part of every query, so a forgotten viewer finds nothing."""

from typing import Any

from app.permissions import WORK_IN_HAND, Permission
from app.viewer import Part, Scope, Viewer

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


def permitted_clause(viewer: Viewer | None, permission: Permission) -> Clause:
    """A filter of cases of which `app.cases.permissions.may_do` says yes (a test holds them
    together): for lists that rest on a right, and not on seeing alone.
    """
    if viewer is None or not viewer.may(permission):
        return NOTHING
    if viewer.everything or not viewer.parts:
        return access_clause(viewer)
    able = [part for part in viewer.parts if permission in part.permissions]
    ways = _scopes(able)
    for login in sorted({part.login for part in able}):
        own = [part for part in viewer.parts if part.login == login]
        held = [] if permission in WORK_IN_HAND else _scopes(own)
        ways.append({"bool": {"filter": [_any(_given(viewer))], "must_not": held}})
    return {"bool": {"filter": [access_clause(viewer), _any(ways)]}}


def _allowed(viewer: Viewer) -> Clause:
    if viewer.everything:
        return {"match_all": {}}
    if not viewer.may(Permission.CASE_VIEW):
        return NOTHING
    ways = [_within(scope) for scope in viewer.scopes]
    if any(way == {"match_all": {}} for way in ways):
        return {"match_all": {}}
    return _any(ways + _given(viewer))


def _given(viewer: Viewer) -> list[Clause]:
    ways: list[Clause] = [{"term": {"workflow.assignee": viewer.name}}]
    if viewer.departments:
        ways.append({"terms": {"workflow.asked": sorted(viewer.departments)}})
    return ways


def _scopes(parts: list[Part]) -> list[Clause]:
    return [_within(part.scope) for part in parts if part.scope is not None]


def _any(ways: list[Clause]) -> Clause:
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
