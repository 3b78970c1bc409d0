"""Who may see a case that was read by its id; lists have the access clause for the same rule."""

from app.cases.models import Case
from app.permissions import Permission
from app.viewer import Scope, Viewer


def may_see(viewer: Viewer | None, case: Case) -> bool:
    """The same answer as `app.engine.access.access_clause` gives (a test holds them together)."""
    if viewer is None or (viewer.within is not None and not _holds(viewer.within, case)):
        return False
    if viewer.everything:
        return True
    if not viewer.may(Permission.CASE_VIEW):
        return False
    if case.workflow.assignee == viewer.name or viewer.departments & set(case.workflow.asked):
        return True
    return any(_holds(scope, case) for scope in viewer.scopes)


def may_enter(viewer: Viewer | None, case: Case) -> bool:
    """Whether `case` lies where `viewer` may register new ones: within a scope of the own."""
    if viewer is None or not viewer.may(Permission.CASE_REGISTER):
        return False
    if viewer.within is not None and not _holds(viewer.within, case):
        return False
    return viewer.everything or any(_holds(scope, case) for scope in viewer.scopes)


def _holds(scope: Scope, case: Case) -> bool:
    parts = (
        (scope.municipalities, case.place.municipality),
        (scope.departments, case.workflow.department),
        (scope.channels, case.channel.value),
    )
    return all(limit is None or value in limit for limit, value in parts)
