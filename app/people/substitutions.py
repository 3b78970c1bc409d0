"""Substitution (замещение): who acts for whom, set by the person or by an administrator."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from app.accounts import service as accounts
from app.accounts.events import SecurityEvent, announce
from app.accounts.models import Substitution, User
from app.accounts.sessions import Sessions
from app.dates import read_day
from app.engine.client import Engine
from app.errors import BadInputError, ForbiddenError, NotFoundError
from app.people.models import Acting
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer, require

LONGEST = timedelta(days=366)
MOST_KEPT = 100
"""Past substitutions stay with the person; the oldest go when there are more."""


class Wish(Struct, frozen=True):
    """A substitution as a form has it."""

    login: str = ""
    since: str = ""
    until: str = ""
    """Days as «2026-11-22»."""


def today(settings: Settings) -> date:
    """The municipality's day."""
    return datetime.now(settings.zone).date()


async def substitute(
    engine: Engine, sessions: Sessions, viewer: Viewer | None, absent: str, wish: Wish
) -> User:
    """From now on `wish.login` acts for `absent` on these days.

    Raises `ForbiddenError`, `NotFoundError`, `BadInputError` with the field.
    """
    who = _may_set(viewer, absent)
    since, until = _days(wish, today(sessions.settings))
    await _check_substitute(engine, absent, wish.login)
    added = Substitution(wish.login, since, until, who.name, datetime.now(UTC))

    def change(user: User) -> dict[str, Any]:
        if not user.active:
            raise BadInputError("Этому человеку вход закрыт: замещать некого.")
        _check_twice(user, added)
        return {
            "substitutions": [*user.substitutions, added][-MOST_KEPT:],
            "updated_by": who.name,
        }

    return await _write(engine, sessions, who, absent, change)


async def end_substitution(
    engine: Engine, sessions: Sessions, viewer: Viewer | None, absent: str, at: datetime
) -> User:
    """Ends the one that was set at the moment `at`: today is no longer in it.

    One that has not begun is taken away; of one that has begun the past days stay on record.
    """
    who = _may_set(viewer, absent)
    yesterday = today(sessions.settings) - timedelta(days=1)

    def change(user: User) -> dict[str, Any]:
        found = next((one for one in user.substitutions if one.at == at), None)
        if found is None or found.until <= yesterday:
            raise NotFoundError("Такого замещения уже нет.")
        others = [one for one in user.substitutions if one is not found]
        kept = [replace(found, until=yesterday)] if found.since <= yesterday else []
        ended = sorted([*others, *kept], key=lambda one: one.at)
        return {"substitutions": ended, "updated_by": who.name}

    return await _write(engine, sessions, who, absent, change)


async def list_acting(engine: Engine, viewer: Viewer | None, settings: Settings) -> list[Acting]:
    """«Кто кого замещает»: today and later, the soonest first. Raises `ForbiddenError`."""
    people = await accounts.list_users(engine, viewer)
    day = today(settings)
    found = [
        Acting(user, one.login, one, number)
        for user in people
        for number, one in enumerate(user.substitutions)
        if one.until >= day and user.active
    ]
    return sorted(found, key=lambda one: (one.days.since, one.days.until, one.absent.login))


def _may_set(viewer: Viewer | None, absent: str) -> Viewer:
    if viewer is not None and viewer.name == absent:
        return viewer
    try:
        return require(viewer, Permission.PEOPLE_MANAGE)
    except ForbiddenError:
        raise ForbiddenError("Замещение назначает сам человек или администратор.") from None


def _days(wish: Wish, day: date) -> tuple[date, date]:
    since, until = _day(wish.since, "since"), _day(wish.until, "until")
    if until < since:
        raise BadInputError("Последний день раньше первого.", field="until")
    if until < day:
        raise BadInputError("Эти дни уже прошли.", field="until")
    if until - since > LONGEST:
        raise BadInputError("Замещение назначают не дольше чем на год.", field="until")
    return since, until


def _day(text: str, name: str) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise BadInputError("Укажите день.", field=name) from None


async def _check_substitute(engine: Engine, absent: str, login: str) -> None:
    if not login:
        raise BadInputError("Выберите, кто замещает.", field="login")
    if login == absent:
        raise BadInputError("Человек не замещает сам себя.", field="login")
    try:
        acting = (await accounts.load_user(engine, login)).user
    except NotFoundError:
        raise BadInputError("Такого человека нет. Выберите другого.", field="login") from None
    if not acting.active:
        raise BadInputError("Этому человеку вход закрыт. Выберите другого.", field="login")


def _check_twice(user: User, added: Substitution) -> None:
    for one in user.substitutions:
        if one.login == added.login and one.since <= added.until and added.since <= one.until:
            raise BadInputError("На эти дни этот человек уже назначен.", field="login")


async def _write(engine: Engine, sessions: Sessions, who: Viewer, absent: str, change: Any) -> User:
    changed = SecurityEvent.RIGHTS_CHANGED
    await announce(changed, login=who.name, subject=absent, reason="substitution")
    user = await accounts.update(engine, absent, change)
    await sessions.people_changed()
    return user
