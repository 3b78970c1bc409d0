"""Which problems a person sees: those with at least one message in a scope of theirs."""

from collections.abc import Iterable
from itertools import product
from typing import Any

from app.engine.access import NOTHING
from app.permissions import Permission
from app.problems.models import Problem
from app.viewer import Scope, Viewer

Clause = dict[str, Any]
ANY = "*"


def marks_of(municipality: str | None, department: str | None, channel: str | None) -> list[str]:
    """What a message adds to `seen_by`: each of its parts as it is and as «any»."""
    parts = [(value or "", ANY) for value in (municipality, department, channel)]
    return ["|".join(one) for one in product(*parts)]


def problem_clause(viewer: Viewer | None) -> Clause:
    """A filter of problems; without a viewer, or without any scope, none.

    It follows the scopes of cases (`app.engine.access`), but for cases that were given to a person
    beyond them: a single case shows no problem.
    """
    if viewer is None or not viewer.may(Permission.PROBLEM_VIEW):
        return NOTHING
    limits = [] if viewer.within is None else [_within([viewer.within])]
    if not viewer.everything:
        limits.append(_within(viewer.scopes))
    return {"bool": {"filter": limits}} if limits else {"match_all": {}}


def may_see(viewer: Viewer | None, problem: Problem) -> bool:
    """As `problem_clause`, for one that was read by id (a test holds them together)."""
    if viewer is None or not viewer.may(Permission.PROBLEM_VIEW):
        return False
    within = viewer.within is None or _meets([viewer.within], problem)
    return within and (viewer.everything or _meets(viewer.scopes, problem))


def _meets(scopes: Iterable[Scope], problem: Problem) -> bool:
    held = set(problem.seen_by)
    return any(not held.isdisjoint(_wanted(scope)) for scope in scopes)


def _within(scopes: Iterable[Scope]) -> Clause:
    wanted = sorted({mark for scope in scopes for mark in _wanted(scope)})
    return {"terms": {"seen_by": wanted}} if wanted else NOTHING


def _wanted(scope: Scope) -> list[str]:
    parts = (scope.municipalities, scope.departments, scope.channels)
    ways = [[ANY] if part is None else sorted(part) for part in parts]
    return ["|".join(one) for one in product(*ways)]
