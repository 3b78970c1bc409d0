"""From a person and the book of departments to what this person may see and do."""

from collections.abc import Iterable
from datetime import date

from app.accounts.models import User, short_name
from app.accounts.roles import GRANTS, Reach, Role
from app.reference.departments import DepartmentBook
from app.viewer import Part, Scope, Viewer


def viewer_for(
    user: User, book: DepartmentBook, absent: Iterable[User] = (), today: date | None = None
) -> Viewer:
    """The person with the own rights and those of everyone they act for on `today`.

    `absent` are people who may have named a substitute. Acting never hands on the rights of an
    administrator: whoever guards the rights is replaced by an act of another administrator.
    """
    absentees = [one for one in absent if _acts_for(user, one, today)]
    persons = [user, *absentees] if user.active else []
    parts = tuple(part for person in persons for part in _parts(person, book, user))
    departments: set[str] = set()
    for person in persons:
        departments |= book.names_below([person.department] if person.department else [])
    return Viewer(
        name=user.login,
        title=short_name(user.name),
        permissions=frozenset(one for part in parts for one in part.permissions),
        scopes=tuple(part.scope for part in parts if part.scope is not None),
        departments=frozenset(departments),
        parts=parts,
        acting_for=tuple(short_name(one.name) for one in absentees) if user.active else (),
    )


def _parts(person: User, book: DepartmentBook, user: User) -> list[Part]:
    roles = [one for one in person.roles if person is user or one is not Role.ADMINISTRATOR]
    return [
        Part(person.login, GRANTS[role].permissions, _scope(person, role, book)) for role in roles
    ]


def _acts_for(user: User, absent: User, today: date | None) -> bool:
    if not absent.active or today is None:
        return False
    return any(
        one.login == user.login and one.since <= today <= one.until for one in absent.substitutions
    )


def _scope(user: User, role: Role, book: DepartmentBook) -> Scope | None:
    grant = GRANTS[role]
    if grant.reach is Reach.NONE:
        return None
    municipalities = None if user.municipalities is None else frozenset(user.municipalities)
    return Scope(municipalities, _departments(user, grant.reach, book), _channels(user, role))


def _departments(user: User, reach: Reach, book: DepartmentBook) -> frozenset[str] | None:
    """None for all; empty where the person has no sector or department: nothing is seen then."""
    if reach is Reach.ALL:
        return None
    if reach is Reach.SECTOR:
        return book.names_in_sector(user.sector) if user.sector else frozenset()
    return book.names_below([user.department] if user.department else [])


def _channels(user: User, role: Role) -> frozenset[str] | None:
    own = GRANTS[role].channels
    if user.channels is None:
        return own
    return frozenset(user.channels) if own is None else own & frozenset(user.channels)
