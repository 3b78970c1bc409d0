"""Who may see a case that was read by its id, and who may do what with it."""

from app.cases.models import Case
from app.permissions import WORK_IN_HAND, Permission
from app.viewer import Part, Scope, Viewer


def may_see(viewer: Viewer | None, case: Case) -> bool:
    """The same answer as `app.engine.access.access_clause` gives (a test holds them together)."""
    if viewer is None or (viewer.within is not None and not _holds(viewer.within, case)):
        return False
    if viewer.everything:
        return True
    if not viewer.may(Permission.CASE_VIEW):
        return False
    if given_to(viewer, case):
        return True
    return any(_holds(scope, case) for scope in viewer.scopes)


def may_enter(viewer: Viewer | None, case: Case) -> bool:
    """Whether `viewer` may register `case`: it lies within a role of the own that permits it."""
    if viewer is None or not viewer.may(Permission.CASE_REGISTER):
        return False
    if viewer.within is not None and not _holds(viewer.within, case):
        return False
    if viewer.everything:
        return True
    able = [one.scope for one in viewer.parts if Permission.CASE_REGISTER in one.permissions]
    scopes = able if viewer.parts else viewer.scopes
    return any(scope is not None and _holds(scope, case) for scope in scopes)


def may_do(viewer: Viewer | None, permission: Permission, case: Case) -> bool:
    """Whether one role has both the right and the case: rights of one role do not pass to cases
    that only another one sees.
    """
    return _part_for(viewer, permission, case) is not None


def done_for(viewer: Viewer, permission: Permission, case: Case) -> str | None:
    """Login of whoever the viewer acts for in this; None where the own rights are enough."""
    part = _part_for(viewer, permission, case)
    return part.login if part and part.login != viewer.name else None


def _part_for(viewer: Viewer | None, permission: Permission, case: Case) -> Part | None:
    """The first, own ones before others', that permits it and holds the case.

    A case given to a person is worked on with any of their roles. What goes beyond work in hand
    (approving, assigning, closing) another role lends only where none of them holds the case: or
    whoever takes a case by one role would approve the own answer by another.
    """
    if viewer is None or not may_see(viewer, case):
        return None
    if viewer.everything or not viewer.parts:
        whole = Part(viewer.name, viewer.permissions, None)
        return whole if viewer.may(permission) else None
    holding = {one.login for one in viewer.parts if _part_holds(one, case)}
    given, work = given_to(viewer, case), permission in WORK_IN_HAND
    for part in viewer.parts:
        in_hand = given and (work or part.login not in holding)
        if permission in part.permissions and (in_hand or _part_holds(part, case)):
            return part
    return None


def _part_holds(part: Part, case: Case) -> bool:
    return part.scope is not None and _holds(part.scope, case)


def given_to(viewer: Viewer, case: Case) -> bool:
    """To this very person, or asked of the own department: seen whatever the scopes."""
    return case.workflow.assignee == viewer.name or bool(
        viewer.departments & set(case.workflow.asked)
    )


def _holds(scope: Scope, case: Case) -> bool:
    parts = (
        (scope.municipalities, case.place.municipality),
        (scope.departments, case.workflow.department),
        (scope.channels, case.channel.value),
    )
    return all(limit is None or value in limit for limit, value in parts)
