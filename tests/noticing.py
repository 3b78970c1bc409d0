"""People with notices for tests of their delivery."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.accounts import repository
from app.accounts.models import NoticeChoices, User
from app.accounts.roles import Role
from app.cases.models import Case, Event
from app.engine.client import Engine
from app.engine.names import Index
from app.notices.models import MailState, Notice
from app.settings import Settings
from indexers.notices.project import project_due_notices
from tests.casework import NOW, case, store

ANY_HOUR = NoticeChoices(quiet_from=None, quiet_until=None, digest_at=None)
"""Everything by letter at once, at any time, and no digest."""
NOON = NOW
"""A Tuesday, 12:00 in Moscow."""


async def add_person(engine: Engine, login: str, *roles: Role, **fields: Any) -> User:
    """Somebody with an address who is written to at once."""
    given: dict[str, Any] = {
        "name": "Петрова Анна Ивановна",
        "roles": list(roles or (Role.COORDINATOR,)),
        "email": f"{login}@example.org",
        "notify": ANY_HOUR,
    }
    user = User(
        login=login, created_at=NOW, updated_at=NOW, created_by="test", **{**given, **fields}
    )
    await repository.create(engine, user)
    return user


def telling_case(number: int, *logins: str, events: int = 1, what: str = "assign") -> Case:
    """A case whose last events name `logins`."""
    one = case(number)
    history = list(one.history)
    for place in range(events):
        at = NOW + timedelta(seconds=place)
        history.append(Event(len(history) + 1, at, what, "boss", notify=list(logins)))
    return msgspec.structs.replace(one, history=history, notices_due=True, version=len(history))


async def notices(engine: Engine, login: str | None = None) -> list[Notice]:
    """All there are, as they lie now, by case and event."""
    await engine.refresh(Index.NOTICES)
    body: dict[str, Any] = {
        "query": {"term": {"login": login}} if login else {"match_all": {}},
        "size": 10_000,
    }
    hits = (await engine.search(Index.NOTICES, body))["hits"]["hits"]
    found = [msgspec.convert(hit["_source"], Notice) for hit in hits]
    return sorted(found, key=lambda one: (one.number, one.seq, one.login))


def shifted(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def with_mail(settings: Settings, port: int) -> Settings:
    return settings.model_copy(
        update={
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_security": "none",
            "smtp_from": "otklik@example.org",
        }
    )


async def noticed(engine: Engine, settings: Settings, *logins: str, cases: int = 1) -> None:
    """Everybody has a notice of each case, made at noon."""
    await store(engine, *(telling_case(one, *logins) for one in range(cases)))
    await project_due_notices(engine, settings, now=NOON)


async def states(engine: Engine) -> set[MailState]:
    return {one.mail.state for one in await notices(engine)}
