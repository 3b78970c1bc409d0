"""Who works here, for pages of other parts: counts and names, no rights and no secrets needed."""

from app.accounts import repository
from app.accounts.kept import Colleague, kept
from app.accounts.models import User
from app.engine.client import Engine
from app.engine.names import Index

_MOST_DEPARTMENTS = 5000
_ACTIVE = {"bool": {"filter": [{"term": {"active": True}}]}}


async def people_by_department(engine: Engine) -> dict[str, int]:
    """Those who work, by the code of their department."""
    by_code = {"terms": {"field": "department", "size": _MOST_DEPARTMENTS}}
    body = {"size": 0, "query": _ACTIVE, "aggs": {"departments": by_code}}
    answer = await engine.search(Index.USERS, body)
    return {
        one["key"]: one["doc_count"] for one in answer["aggregations"]["departments"]["buckets"]
    }


async def colleague(engine: Engine, login: str) -> User | None:
    """The person as of now, also one whose sign-in is closed."""
    stored = await repository.get(engine, login)
    return stored.user if stored else None


async def is_empty(engine: Engine) -> bool:
    """Nobody has an account yet: cases are only looked at on the server itself."""
    return await repository.count(engine) == 0


async def active_people(engine: Engine) -> list[User]:
    """By name."""
    return await repository.find(engine, _ACTIVE)


async def everybody(engine: Engine) -> tuple[Colleague, ...]:
    """Also those whose sign-in is closed, by name; as of some seconds ago."""

    async def read() -> tuple[Colleague, ...]:
        found = await repository.find(engine, repository.EVERYBODY)
        return tuple(Colleague(one.login, one.name, one.active) for one in found)

    return await kept(engine, "colleagues", read)
