"""Who a login is and what they may do now: read once, kept for seconds, renewed on any change."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

from msgspec import Struct

from app.accounts import repository
from app.accounts.models import User
from app.accounts.scopes import viewer_for
from app.engine.client import Engine
from app.reference.departments import NO_DEPARTMENTS, DepartmentBook
from app.settings import Settings
from app.viewer import Viewer

KEPT_SECONDS = 30.0
"""How late a change of rights may be seen where Redis did not carry the word of it."""
_MOST_KEPT = 1000

ReadBook = Callable[[Engine], Awaitable[DepartmentBook]]


async def no_book(_: Engine) -> DepartmentBook:
    return NO_DEPARTMENTS


class Person(Struct, frozen=True):
    user: User
    viewer: Viewer


class _Kept(Struct, frozen=True):
    """What was derived, and from what: any difference makes it stale."""

    person: Person
    stamp: str
    day: date
    book: DepartmentBook
    until: float


class _Absent(Struct, frozen=True):
    users: list[User]
    stamp: str
    until: float


class People:
    """One a process. A page asks Elasticsearch for a user once in half a minute at most."""

    def __init__(self, engine: Engine, settings: Settings, read_book: ReadBook = no_book) -> None:
        self._engine = engine
        self._zone = settings.zone
        self._read_book = read_book
        self._kept: dict[str, _Kept] = {}
        self._absent = _Absent([], "", 0.0)

    async def person(self, login: str, stamp: str) -> Person | None:
        """None where there is no such user; the caller looks at `active` and `epoch`.

        `stamp` is the one that came with the session.
        """
        book, today = await self._read_book(self._engine), datetime.now(UTC).astimezone(self._zone)
        kept = self._kept.get(login)
        if kept and self._fresh(kept, stamp, today.date(), book):
            return kept.person
        stored = await repository.get(self._engine, login)
        if stored is None:
            self._kept.pop(login, None)
            return None
        absent = await self._with_substitutes(stamp)
        viewer = viewer_for(stored.user, book, absent, today.date())
        person = Person(stored.user, viewer)
        self._keep(login, _Kept(person, stamp, today.date(), book, _later()))
        return person

    def _fresh(self, kept: _Kept, stamp: str, day: date, book: DepartmentBook) -> bool:
        same = kept.stamp == stamp and kept.day == day and kept.book is book
        return same and time.monotonic() < kept.until

    def _keep(self, login: str, kept: _Kept) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[login] = kept

    async def _with_substitutes(self, stamp: str) -> list[User]:
        """Those who named somebody to act for them, whatever the days."""
        if self._absent.stamp != stamp or time.monotonic() >= self._absent.until:
            found = await repository.find(self._engine, repository.WITH_SUBSTITUTES)
            self._absent = _Absent(found, stamp, _later())
        return self._absent.users


def _later() -> float:
    return time.monotonic() + KEPT_SECONDS
