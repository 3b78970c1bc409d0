"""What is done with people who sign in: created, changed, given passwords, stopped.

Every change is one compare-and-set on the user's document (`app.accounts.changing`).
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from app.accounts import repository
from app.accounts.changing import load_user, spread, update, write
from app.accounts.events import SecurityEvent, announce, note
from app.accounts.models import NoticeChoices, Substitution, User
from app.accounts.passwords import check_rules, hash_password, new_password, next_history
from app.accounts.roles import Role
from app.accounts.sessions import Sessions
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError
from app.permissions import Permission
from app.viewer import Viewer, require

__all__ = [
    "FIRST_LOGIN",
    "NewUser",
    "Person",
    "activate",
    "change_own_password",
    "change_user",
    "choose_notices",
    "create_first",
    "create_user",
    "deactivate",
    "get_user",
    "list_users",
    "load_user",
    "reset_password",
    "update",
]

FIRST_LOGIN = "admin"
"""Whom the first start makes where there is nobody."""
_LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_LONGEST_NAME = 200


class Person(Struct, frozen=True, kw_only=True):
    """What an administrator writes about somebody; the fields are those of `User`."""

    name: str
    roles: Sequence[Role]
    department: str | None = None
    sector: str | None = None
    municipalities: list[str] | None = None
    channels: list[str] | None = None
    email: str | None = None
    external_id: str | None = None


class NewUser(Person, frozen=True, kw_only=True):
    login: str


_RIGHTS = ("roles", "department", "sector", "municipalities", "channels", "email", "external_id")
"""Whoever changes one of these changes what the person may do, or who can sign in as them."""


async def get_user(engine: Engine, viewer: Viewer | None, login: str) -> User:
    """Raises `ForbiddenError`, `NotFoundError`."""
    require(viewer, Permission.PEOPLE_MANAGE)
    return (await load_user(engine, login)).user


async def list_users(engine: Engine, viewer: Viewer | None) -> list[User]:
    """All, also those who were stopped, by name."""
    require(viewer, Permission.PEOPLE_MANAGE)
    return await repository.find(engine, repository.EVERYBODY)


async def create_user(
    engine: Engine,
    sessions: Sessions,
    viewer: Viewer | None,
    new: NewUser,
    password: str | None = None,
) -> tuple[User, str | None]:
    """The user, and the one-time password where none was given.

    Raises `ForbiddenError`, `BadInputError` (with the field), `ConflictError` for a taken login.
    """
    who = require(viewer, Permission.PEOPLE_MANAGE)
    user = _new(new, who.name)
    once = None if password else new_password()
    if password:
        await check_rules(sessions.settings, user, password)
    user = replace(
        user,
        password_hash=await hash_password(password or once or ""),
        password_at=user.created_at,
        must_change_password=once is not None,
    )
    created = SecurityEvent.USER_CREATED
    await announce(created, login=who.name, subject=user.login)
    await repository.create(engine, user)
    return user, once


def _new(new: NewUser, by: str) -> User:
    login = new.login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise BadInputError(
            "Логин: от 2 до 40 знаков, строчные латинские буквы, цифры, точка, дефис, "
            "подчёркивание; начинается и кончается буквой или цифрой.",
            field="login",
        )
    now = datetime.now(UTC)
    return User(
        login=login,
        created_at=now,
        created_by=by,
        updated_at=now,
        **_checked(new),
    )


def _checked(person: Person) -> dict[str, Any]:
    """The fields as they are stored. Raises `BadInputError`."""
    name = " ".join(person.name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise BadInputError("Напишите фамилию, имя и отчество.", field="name")
    roles = sorted(set(person.roles), key=list(Role).index)
    if not roles:
        raise BadInputError("Выберите хотя бы одну роль.", field="roles")
    if Role.BLOCK_HEAD in roles and not person.sector:
        raise BadInputError("Руководителю блока нужен отраслевой блок.", field="sector")
    if Role.EXECUTOR in roles and not person.department:
        raise BadInputError("Сотруднику блока нужно ведомство.", field="department")
    email = (person.email or "").strip().lower() or None
    if email and not _EMAIL.fullmatch(email):
        raise BadInputError("Адрес почты написан не так, как нужно.", field="email")
    kept = {field: getattr(person, field) for field in Person.__struct_fields__}
    return {
        **{name: value or None for name, value in kept.items()},
        "name": name,
        "roles": roles,
        "email": email,
    }


async def change_user(
    engine: Engine,
    sessions: Sessions,
    viewer: Viewer | None,
    login: str,
    version: int,
    person: Person,
    substitutions: Sequence[Substitution] | None = None,
) -> User:
    """Writes `person` over what `version` showed; sessions end where rights became others.

    Raises `ForbiddenError`, `NotFoundError`, `BadInputError`, and `ConflictError` where somebody
    changed the user since, or where the last administrator would lose the role.
    """
    who = require(viewer, Permission.PEOPLE_MANAGE)
    stored = await load_user(engine, login)
    if stored.user.version != version:
        who_won = stored.user.updated_by or stored.user.created_by
        raise ConflictError(
            f"Этого пользователя тем временем изменил другой человек: {who_won}. "
            "Введённое осталось в форме."
        )
    changes = {**_checked(person), "updated_by": who.name}
    if substitutions is not None:
        changes["substitutions"] = list(substitutions)
    before = stored.user
    if Role.ADMINISTRATOR in before.roles and Role.ADMINISTRATOR not in changes["roles"]:
        await _check_not_last(engine, login)
    rights = any(getattr(before, field) != changes[field] for field in _RIGHTS)
    event = SecurityEvent.RIGHTS_CHANGED if rights else SecurityEvent.USER_CHANGED
    await announce(event, login=who.name, subject=login)
    user = await write(engine, stored, changes, ends_sessions=rights)
    await _keep_an_administrator(engine, before)
    await spread(sessions, user, ended=rights, by=who.name)
    return user


async def deactivate(engine: Engine, sessions: Sessions, viewer: Viewer | None, login: str) -> User:
    """The person leaves: signs in no more, every session ends now; what they did keeps their name.

    Raises `ConflictError` for the last administrator.
    """
    who = require(viewer, Permission.PEOPLE_MANAGE)
    stored = await load_user(engine, login)
    if Role.ADMINISTRATOR in stored.user.roles:
        await _check_not_last(engine, login)
    closed = {"active": False, "updated_by": who.name}
    await announce(SecurityEvent.USER_DEACTIVATED, login=who.name, subject=login)
    user = await update(engine, login, lambda _: closed, ends_sessions=True)
    await _keep_an_administrator(engine, stored.user)
    await spread(sessions, user, ended=True, by=who.name)
    return user


async def activate(engine: Engine, sessions: Sessions, viewer: Viewer | None, login: str) -> User:
    who = require(viewer, Permission.PEOPLE_MANAGE)
    await load_user(engine, login)
    await announce(SecurityEvent.USER_ACTIVATED, login=who.name, subject=login)
    user = await update(
        engine, login, lambda _: {"active": True, "updated_by": who.name}, ends_sessions=True
    )
    await spread(sessions, user, ended=False)
    return user


async def reset_password(
    engine: Engine,
    sessions: Sessions,
    viewer: Viewer | None,
    login: str,
    password: str | None = None,
    *,
    drop_totp: bool = False,
) -> str | None:
    """Sets `password`, or a one-time one, which is returned; ends all sessions of `login`.

    `drop_totp`: the person has lost the telephone and the recovery codes.
    """
    who = require(viewer, Permission.PEOPLE_MANAGE)
    now_user = (await load_user(engine, login)).user
    if password:
        await check_rules(sessions.settings, now_user, password)
    once = None if password else new_password()
    await announce(SecurityEvent.PASSWORD_RESET, login=who.name, subject=login)
    user = await _set_password(
        engine,
        sessions,
        login,
        password or once or "",
        must_change=once is not None,
        drop_totp=drop_totp,
        by=who.name,
    )
    await spread(sessions, user, ended=True, by=who.name)
    if drop_totp:
        note(SecurityEvent.TOTP_OFF, login=who.name, subject=login)
    return once


async def change_own_password(
    engine: Engine, sessions: Sessions, login: str, password: str
) -> User:
    """After the old one was checked. Other sessions end; the caller begins a new one for this.

    Raises `BadInputError` for a password that breaks a rule.
    """
    await check_rules(sessions.settings, (await load_user(engine, login)).user, password)
    user = await _set_password(engine, sessions, login, password, must_change=False)
    await spread(sessions, user, ended=True)
    return user


async def choose_notices(
    engine: Engine, sessions: Sessions, login: str, choices: NoticeChoices
) -> User:
    """The person's own wish: no right of anybody changes by it."""
    user = await update(engine, login, lambda _: {"notify": choices})
    await spread(sessions, user, ended=False)
    return user


async def _set_password(
    engine: Engine,
    sessions: Sessions,
    login: str,
    password: str,
    *,
    must_change: bool,
    drop_totp: bool = False,
    by: str | None = None,
) -> User:
    """`by` is whoever does it to somebody else."""
    hashed = await hash_password(password)

    def change(user: User) -> dict[str, Any]:
        return {
            "password_hash": hashed,
            "password_at": datetime.now(UTC),
            "must_change_password": must_change,
            "updated_by": by or login,
            "password_history": next_history(sessions.settings, user),
            **({"totp_secret": None, "recovery_codes": []} if drop_totp else {}),
        }

    return await update(engine, login, change, ends_sessions=True)


async def _check_not_last(engine: Engine, login: str) -> None:
    found = await repository.find(engine, repository.active_with_role(Role.ADMINISTRATOR), size=2)
    if not any(one.login != login for one in found):
        raise ConflictError("Это последний администратор. Сначала назначьте другого.")


async def _keep_an_administrator(engine: Engine, before: User) -> None:
    """Two may close each other at one moment, each check seeing the other still there: whoever
    finds nobody left gives back what was taken.
    """
    if Role.ADMINISTRATOR not in before.roles or not before.active:
        return
    if await repository.find(engine, repository.active_with_role(Role.ADMINISTRATOR), size=1):
        return
    back = {"roles": before.roles, "active": True}
    await update(engine, before.login, lambda _: back)
    raise ConflictError("Это последний администратор. Сначала назначьте другого.")


async def create_first(engine: Engine) -> str | None:
    """Where there is nobody yet: `FIRST_LOGIN`, who administers and coordinates; the one-time
    password, or None where somebody is there, also by another process of this very moment.
    """
    if await repository.count(engine):
        return None
    password, now = new_password(), datetime.now(UTC)
    user = User(
        login=FIRST_LOGIN,
        name="Администратор",
        roles=[Role.COORDINATOR, Role.ADMINISTRATOR],
        created_at=now,
        created_by="setup",
        updated_at=now,
        password_hash=await hash_password(password),
        password_at=now,
        must_change_password=True,
    )
    try:
        await repository.create(engine, user)
    except ConflictError:
        return None
    note(SecurityEvent.USER_CREATED, login="setup", subject=FIRST_LOGIN)
    return password
