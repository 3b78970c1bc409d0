"""Small tables for tests: rows of the canonical table with what matters filled in."""

import csv
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher
from redis.asyncio import from_url

from app.accounts import service as accounts
from app.accounts.models import User
from app.accounts.passwords import hash_password
from app.accounts.reader import cookie_name
from app.accounts.roles import Role
from app.accounts.service import NewUser
from app.accounts.sessions import Sessions
from app.engine.client import Engine
from app.engine.names import Index
from app.intake import service
from app.intake.models import ImportJob
from app.intake.repository import IMPORTS
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from indexers.imports.run import run_import
from tests.sites import site as site  # noqa: PLC0414 - handed on

PASSWORD = "Ромашка-на-лугу-7"
"""Of every user that `make_user` makes."""


@cache
def _hashed(password: str) -> str:
    return PasswordHasher().hash(password)


async def _hash_known(password: str) -> str:
    """The password of all test people is hashed once: each time takes 0.2 s of a core."""
    return _hashed(password) if password == PASSWORD else await hash_password(password)


accounts.hash_password = _hash_known


@asynccontextmanager
async def sessions_of(settings: Settings) -> AsyncIterator[Sessions]:
    """The sessions of an installation, as the site has them."""
    async with from_url(settings.redis_url.get_secret_value()) as redis:
        yield Sessions(redis, settings)


async def make_user(
    engine: Engine, settings: Settings, login: str, *roles: Role, **more: Any
) -> User:
    """Somebody who can sign in with `PASSWORD`; without roles an operator."""
    new = NewUser(
        login=login, name=more.pop("name", login), roles=roles or (Role.OPERATOR,), **more
    )
    async with sessions_of(settings) as sessions:
        user, _ = await accounts.create_user(engine, sessions, LOCAL_VIEWER, new, PASSWORD)
    return user


async def open_session(settings: Settings, user: User) -> dict[str, str]:
    """The cookie of a new session, without the way through the sign-in page."""
    async with sessions_of(settings) as sessions:
        session_id, _ = await sessions.begin(user, address="127.0.0.1", browser="Тест")
    return {cookie_name(settings): session_id}


async def leave_alone(settings: Settings, login: str) -> None:
    """As if the person had been away for longer than the limit: the sessions are locked."""
    async with sessions_of(settings) as sessions:
        for hashed, session in await sessions.of_person(login):
            old = msgspec.structs.replace(session, seen_at=session.seen_at - timedelta(hours=1))
            await sessions.redis.set(
                sessions.key("session", hashed), msgspec.json.encode(old), keepttl=True
            )


def row(number: int, **cells: str) -> dict[str, str]:
    """A valid canonical row; `cells` override or add."""
    return {
        "external_id": f"T-{number}",
        "source": "test",
        "channel": "site",
        "kind": "message",
        "received_at": f"2026-03-{number % 28 + 1:02d} 10:00",
        "text": f"Нет горячей воды в доме {number} уже третий день",
        "state": "new",
        **cells,
    }


def write_csv(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """UTF-8 with a header of all columns that any row has."""
    listed = list(rows)
    header = list(dict.fromkeys(name for cells in listed for name in cells))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(listed)
    return path


async def receive(
    engine: Engine, settings: Settings, path: Path, profile: str = "canonical", **options: bool
) -> ImportJob:
    """Hands a file in, as the page does; nobody runs it yet."""
    with path.open("rb") as stream:
        return await service.receive(
            engine,
            settings,
            LOCAL_VIEWER,
            stream=stream,
            file_name=path.name,
            profile=profile,
            **options,
        )


async def load(
    engine: Engine, settings: Settings, path: Path, profile: str = "canonical", **options: bool
) -> ImportJob:
    """Receives a file and runs the whole import in this process."""
    job = await receive(engine, settings, path, profile, **options)
    await run_import(engine, settings, job.id)
    return (await IMPORTS.get(engine, job.id)).job


async def stored_cases(engine: Engine) -> dict[str, dict[str, Any]]:
    """Up to 10,000 cases as a search finds them, by external id or else by id."""
    body = {"size": 10_000, "query": {"match_all": {}}}
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return {hit["_source"]["source"].get("external_id", hit["_id"]): hit["_source"] for hit in hits}
