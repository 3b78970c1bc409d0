"""Who is looking, what this person may do, and at which cases."""

import msgspec

from app.errors import ForbiddenError
from app.permissions import PERMISSION_NAMES, Permission


class Scope(msgspec.Struct, frozen=True):
    """Cases that lie in all three parts; None does not limit, an empty part holds nothing."""

    municipalities: frozenset[str] | None = frozenset()
    departments: frozenset[str] | None = frozenset()
    """Names as `workflow.department` has them, subordinate ones included."""
    channels: frozenset[str] | None = frozenset()


EVERYWHERE = Scope(None, None, None)


class Part(msgspec.Struct, frozen=True):
    """The rights of one role: what it permits it permits within its own scope only."""

    login: str
    """Whose role it is: the person's own, or somebody's they act for."""
    permissions: frozenset[Permission]
    scope: Scope | None
    """None for a role that sees no cases by itself."""


class Viewer(msgspec.Struct, frozen=True):
    """The person a query is run for; `everything` lifts all limits, nothing else does."""

    name: str
    """The login; what is written into histories and jobs."""
    everything: bool = False
    title: str = ""
    """Family name and initials, for people."""
    permissions: frozenset[Permission] = frozenset()
    scopes: tuple[Scope, ...] = ()
    """One for each role of the person: a case in any of them is seen."""
    departments: frozenset[str] = frozenset()
    """Where this person works: names of the own department and those below it."""
    within: Scope | None = None
    """A further limit over all of it, whoever holds the case (a token's); None for no limit."""
    parts: tuple[Part, ...] = ()
    """One for each role, own ones first. `permissions` and `scopes` are all of them together, for
    what concerns no single case; without parts they stand for one role."""
    acting_for: tuple[str, ...] = ()
    """Names of those the person acts for today, for people."""

    def may(self, permission: Permission) -> bool:
        return self.everything or permission in self.permissions

    def lent_by(self, permission: Permission) -> str | None:
        """Login of whoever this person acts for in this; None where the right is the own one.

        For what concerns no single case; of a case ask `app.cases.permissions.done_for`.
        """
        able = [part.login for part in self.parts if permission in part.permissions]
        return able[0] if able and self.name not in able else None


def require(viewer: Viewer | None, permission: Permission) -> Viewer:
    """Raises `ForbiddenError`, which names what is missing."""
    if viewer is None or not viewer.may(permission):
        raise ForbiddenError(f"Нет права: {PERMISSION_NAMES[permission]}.")
    return viewer


LOCAL_VIEWER = Viewer(name="local", everything=True, title="Этот компьютер")
"""Whoever runs a command on the server itself; the site never takes anybody for this viewer."""
