"""What is done with people beyond signing in: found, given rights, let go."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from app.accounts import service as accounts
from app.accounts.directory import active_people
from app.accounts.events import SecurityEvent, note
from app.accounts.models import User
from app.accounts.service import Person
from app.accounts.sessions import Sessions
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, ForbiddenError
from app.people.models import HeldCase, HeldCases, PeopleFilter
from app.people.query import cases_page, counts_by_person
from app.permissions import Permission
from app.reference.departments import name_key
from app.viewer import Viewer, require

RESERVED = frozenset({"new", "rights", "substitutions"})
"""Logins that are addresses of «Люди»."""
_RIGHTS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("roles", set),
    ("department", lambda value: value or None),
    ("sector", lambda value: value or None),
    ("municipalities", lambda value: value or None),
    ("channels", lambda value: value or None),
)
"""What decides of rights, and how to compare it."""


async def list_people(engine: Engine, viewer: Viewer | None, wanted: PeopleFilter) -> list[User]:
    """By name. Raises `ForbiddenError`."""
    return [user for user in await accounts.list_users(engine, viewer) if _fits(user, wanted)]


def _fits(user: User, wanted: PeopleFilter) -> bool:
    text = name_key(f"{user.name} {user.login} {user.email or ''}")
    return (
        all(word in text for word in name_key(wanted.q).split())
        and (wanted.role is None or wanted.role in user.roles)
        and (not wanted.department or user.department == wanted.department)
        and (wanted.active is None or user.active is wanted.active)
    )


def check_new_login(login: str) -> None:
    """Raises `BadInputError`."""
    if login.strip().lower() in RESERVED:
        raise BadInputError("Этот логин занят самим Откликом. Выберите другой.", field="login")


async def save_person(
    engine: Engine,
    sessions: Sessions,
    viewer: Viewer,
    login: str,
    version: int,
    person: Person,
) -> User:
    """As `accounts.change_user`, but nobody changes their own rights: another administrator does.

    How the person comes in from outside (`external_id`) stays as it is.
    """
    before = await accounts.get_user(engine, viewer, login)
    kept = replace(person, external_id=before.external_id)
    if login == viewer.name and any(
        clean(getattr(before, name)) != clean(getattr(kept, name)) for name, clean in _RIGHTS
    ):
        raise ForbiddenError("Свои права не меняют: это сделает другой администратор.")
    return await accounts.change_user(engine, sessions, viewer, login, version, kept)


async def end_sessions(engine: Engine, sessions: Sessions, viewer: Viewer, login: str) -> int:
    """Ends all sessions of `login`; how many there were. Raises `ForbiddenError`."""
    user = await accounts.get_user(engine, viewer, login)
    count = await sessions.end_all(user.login)
    note(SecurityEvent.SESSION_ENDED, login=viewer.name, subject=login, reason="all")
    return count


async def let_go(engine: Engine, sessions: Sessions, viewer: Viewer, login: str) -> User:
    """Closes the sign-in at once, also with open cases in hand: their list stays on the page.

    Raises `ForbiddenError` for oneself, `ConflictError` for the last administrator.
    """
    if login == viewer.name:
        raise ForbiddenError("Себе вход не закрывают: это сделает другой администратор.")
    return await accounts.deactivate(engine, sessions, viewer, login)


async def held_cases(engine: Engine, viewer: Viewer | None, login: str) -> HeldCases:
    """Open cases of `login`. Raises `ForbiddenError`."""
    require(viewer, Permission.PEOPLE_MANAGE)
    await engine.refresh(Index.CASES)  # what was taken a moment ago is counted too
    found = (await engine.search(Index.CASES, cases_page(login)))["hits"]
    return HeldCases(found["total"]["value"], [_held(hit["_source"]) for hit in found["hits"]])


def _held(source: dict[str, Any]) -> HeldCase:
    department = source.get("workflow", {}).get("department")
    return msgspec.convert({**source, "department": department}, HeldCase)


async def held_counts(engine: Engine, viewer: Viewer | None, people: list[User]) -> dict[str, int]:
    """Number of open cases by login; who has none is absent."""
    require(viewer, Permission.PEOPLE_MANAGE)
    if not people:
        return {}
    answer = await engine.search(Index.CASES, counts_by_person([one.login for one in people]))
    return {one["key"]: one["doc_count"] for one in answer["aggregations"]["people"]["buckets"]}


async def colleagues(engine: Engine) -> list[User]:
    """Everybody who works here, by name: whom a person may name as a substitute."""
    return await active_people(engine)
