"""Users as documents: the whole person in `document`, what queries ask for on top."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from app.accounts.kept import forget_people
from app.accounts.models import User
from app.accounts.roles import Role
from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError

MOST = 1000
"""Users of an installation that a list shows; a municipality has some hundred."""
_ASKED_FOR = (
    "login",
    "name",
    "roles",
    "department",
    "sector",
    "email",
    "external_id",
    "active",
    "created_at",
    "updated_at",
)


class StoredUser(Struct, frozen=True):
    """A person with what a compare-and-set needs."""

    user: User
    read: Stored


def document_of(user: User) -> dict[str, Any]:
    asked = {name: msgspec.to_builtins(getattr(user, name)) for name in _ASKED_FOR}
    acting = sorted({one.login for one in user.substitutions})
    return {**asked, "acting": acting, "document": msgspec.to_builtins(user)}


def user_of(source: Mapping[str, Any]) -> User:
    return msgspec.convert(source["document"], User)


async def create(engine: Engine, user: User) -> StoredUser:
    """`ConflictError` where the login is taken, also by somebody who was faster."""
    try:
        read = await writer.create(engine, Index.USERS, user.login, document_of(user), refresh=True)
    except ConflictError as error:
        raise ConflictError(f"Логин «{user.login}» уже занят.", field="login") from error
    forget_people(engine)
    return StoredUser(user, read)


async def get(engine: Engine, login: str) -> StoredUser | None:
    read = await engine.get(Index.USERS, login)
    return StoredUser(user_of(read.source), read) if read else None


async def replace(engine: Engine, stored: StoredUser, user: User) -> StoredUser:
    """`ConflictError` where somebody wrote in between."""
    read = await writer.replace(engine, stored.read, document_of(user), refresh=True)
    forget_people(engine)
    return StoredUser(user, read)


async def find(engine: Engine, query: Mapping[str, Any], size: int = MOST) -> list[User]:
    """Those that `query` finds, by name."""
    body = {
        "size": size,
        "query": dict(query),
        "sort": [{"name": "asc"}, {"login": "asc"}],
        "_source": ["document"],
    }
    answer = await engine.search(Index.USERS, body)
    return [user_of(hit["_source"]) for hit in answer["hits"]["hits"]]


EVERYBODY: dict[str, Any] = {"match_all": {}}
WITH_SUBSTITUTES: dict[str, Any] = {
    "bool": {"filter": [{"term": {"active": True}}, {"exists": {"field": "acting"}}]}
}


def active_with_role(role: Role) -> dict[str, Any]:
    return {"bool": {"filter": [{"term": {"active": True}}, {"term": {"roles": role.value}}]}}


def by_external_id(external_id: str) -> dict[str, Any]:
    return {"term": {"external_id": external_id}}


def by_email(email: str) -> dict[str, Any]:
    return {"term": {"email": {"value": email, "case_insensitive": True}}}


async def count(engine: Engine) -> int:
    return await engine.count(Index.USERS, EVERYBODY)
