"""Who works here and sees what, for whoever has to be told of a case: no secrets among it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from app.accounts import repository
from app.accounts.kept import kept
from app.accounts.models import User
from app.accounts.roles import Role
from app.accounts.scopes import viewer_for
from app.engine.client import Engine
from app.reference.current import current_book
from app.reference.departments import DepartmentBook
from app.viewer import Viewer


class Staff:
    """Everybody who works, as of one day of the municipality; never changed once made."""

    def __init__(self, users: Iterable[User], book: DepartmentBook, day: date) -> None:
        self.users = {one.login: one for one in users if one.active}
        self._book = book
        self._day = day
        self._viewers: dict[str, Viewer] = {}

    @cached_property
    def _absent(self) -> list[User]:
        return [one for one in self.users.values() if one.substitutions]

    def viewer(self, login: str) -> Viewer | None:
        """What the person sees and may do today; None where nobody works under this login."""
        user = self.users.get(login)
        if user is None:
            return None
        if login not in self._viewers:
            self._viewers[login] = viewer_for(user, self._book, self._absent, self._day)
        return self._viewers[login]

    def standing_in(self, login: str) -> list[str]:
        """Who acts for this person today (замещение)."""
        user = self.users.get(login)
        return [
            one.login
            for one in (user.substitutions if user else [])
            if one.since <= self._day <= one.until and one.login in self.users
        ]

    def in_department(self, name: str, role: Role) -> list[str]:
        """Those of this role who work in the department that bears `name`."""
        found = self._book.by_name(name)
        if found is None:
            return []
        return [one for one in self.with_role(role) if self.users[one].department == found.code]

    def of_department(self, name: str) -> list[str]:
        """Those who work in the department that bears `name`; where nobody does, in the one above
        it, and so on.
        """
        department, seen = self._book.by_name(name), set[str]()
        while department and department.code not in seen:
            seen.add(department.code)
            code = department.code
            if found := [one.login for one in self.users.values() if one.department == code]:
                return found
            department = self._book.departments.get(department.parent or "")
        return []

    def heads_of(self, name: str) -> list[str]:
        """Who leads the sector block that the department `name` lies in, or lies below."""
        return [
            login
            for login in self.with_role(Role.BLOCK_HEAD)
            if (sector := self.users[login].sector) and name in self._book.names_in_sector(sector)
        ]

    def with_role(self, role: Role) -> list[str]:
        return [one.login for one in self.users.values() if role in one.roles]


async def current_staff(engine: Engine, zone: ZoneInfo, now: datetime | None = None) -> Staff:
    """As of some seconds ago. `zone` is the municipality's: substitutions count its days."""
    book = await current_book(engine)
    users = await kept(engine, "staff", lambda: _read(engine))
    return Staff(users, book, (now or datetime.now(UTC)).astimezone(zone).date())


async def _read(engine: Engine) -> tuple[User, ...]:
    found = await repository.find(engine, repository.EVERYBODY)
    return tuple(_without_secrets(one) for one in found)


def _without_secrets(user: User) -> User:
    return replace(
        user, password_hash=None, password_history=[], totp_secret=None, recovery_codes=[]
    )
