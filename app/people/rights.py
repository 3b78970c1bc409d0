"""The table of rights in words, from the code that decides: for pages and for the docs."""

from dataclasses import dataclass

from app.accounts.models import User
from app.accounts.roles import GRANTS, REACH_NAMES, ROLE_NAMES, Grant, Reach, Role
from app.cases.codes import CHANNEL_NAMES, Channel
from app.permissions import PERMISSION_NAMES, Permission
from app.reference.departments import DepartmentBook


@dataclass(frozen=True)
class RoleWords:
    role: Role
    name: str
    reach: str
    """«все ведомства; каналы: ПОС»."""
    may: frozenset[Permission]


@dataclass(frozen=True)
class RightsTable:
    roles: list[RoleWords]
    permissions: list[tuple[Permission, str]]


def rights_table() -> RightsTable:
    roles = [
        RoleWords(role, ROLE_NAMES[role], _reach(GRANTS[role]), GRANTS[role].permissions)
        for role in Role
    ]
    return RightsTable(roles, [(one, PERMISSION_NAMES[one]) for one in Permission])


def _reach(grant: Grant) -> str:
    words = REACH_NAMES[grant.reach]
    if grant.channels is None:
        return words
    return f"{words}; каналы: {channel_words(grant.channels)}"


def channel_words(channels: frozenset[str] | list[str]) -> str:
    """In the order people know them; a code that is no channel stays as it is."""
    known = [CHANNEL_NAMES[one] for one in Channel if one.value in channels]
    return ", ".join([*known, *sorted(set(channels) - {one.value for one in Channel})])


@dataclass(frozen=True)
class PersonRights:
    """What the rights of one person mean: `sees` has a line for each role that sees anything."""

    sees: list[str]
    may: list[str]


def person_rights(user: User, book: DepartmentBook) -> PersonRights:
    """Of the own roles; whom the person acts for is told beside."""
    if not user.active:
        return PersonRights(["ничего: вход закрыт"], [])
    reading = [role for role in user.roles if GRANTS[role].reach is not Reach.NONE]
    sees = list(dict.fromkeys(_sees(user, role, book) for role in reading or user.roles))
    held = {one for role in user.roles for one in GRANTS[role].permissions}
    may = [words for one, words in PERMISSION_NAMES.items() if one in held]
    return PersonRights(sees or ["ничего: ролей нет"], may)


def _sees(user: User, role: Role, book: DepartmentBook) -> str:
    grant = GRANTS[role]
    if grant.reach is Reach.NONE:
        return REACH_NAMES[Reach.NONE]
    words = [_departments(user, grant.reach, book)]
    if user.municipalities is not None:
        words.append("муниципалитеты: " + (", ".join(user.municipalities) or "ни одного"))
    if grant.channels is not None or user.channels is not None:
        words.append("каналы: " + (channel_words(_channels(user, grant)) or "ни одного"))
    return "; ".join(words)


def _channels(user: User, grant: Grant) -> frozenset[str]:
    every = frozenset(one.value for one in Channel)
    of_role = every if grant.channels is None else grant.channels
    return of_role & (every if user.channels is None else frozenset(user.channels))


def _departments(user: User, reach: Reach, book: DepartmentBook) -> str:
    """With the departments by name: an empty one is the usual reason why nothing is seen."""
    if reach is Reach.ALL:
        return REACH_NAMES[reach]
    if reach is Reach.SECTOR:
        sector = book.sectors.get(user.sector or "")
        return f"ведомства блока «{sector.name}»" if sector else "ничего: не указан блок"
    department = book.departments.get(user.department or "")
    if department is None:
        return "ничего: не указано ведомство"
    below = [one.name for one in book.below([department.code]) if one.code != department.code]
    return f"«{department.name}»" + (f" и подчинённые: {', '.join(below)}" if below else "")
