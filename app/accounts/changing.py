"""Writing a user's document: one compare-and-set, and telling every process of it.

Whatever narrows or hands on rights raises the user's `epoch`, which ends all sessions at once, and
then ends them in Redis as well. Nothing here checks anybody's rights: the callers do.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import asdict

from app.accounts import repository
from app.accounts.events import SecurityEvent, note
from app.accounts.models import User
from app.accounts.repository import StoredUser
from app.accounts.sessions import Sessions
from app.engine.client import Engine
from app.errors import ConflictError, NotFoundError, SessionsUnavailableError

_TRIES = 5


async def load_user(engine: Engine, login: str) -> StoredUser:
    """Raises `NotFoundError`."""
    stored = await repository.get(engine, login)
    if stored is None:
        raise NotFoundError(f"Пользователя «{login}» нет.")
    return stored


async def update(
    engine: Engine,
    login: str,
    change: Callable[[User], dict[str, Any]],
    *,
    ends_sessions: bool = False,
) -> User:
    """Applies `change` to the newest document; repeated where somebody wrote in between.

    Raises `NotFoundError`, whatever `change` raises, `ConflictError`.
    """
    for _ in range(_TRIES):
        stored = await load_user(engine, login)
        changes = change(stored.user)
        try:
            return await write(engine, stored, changes, ends_sessions=ends_sessions)
        except ConflictError:
            continue
    raise ConflictError("Этого пользователя как раз меняют. Повторите через несколько секунд.")


async def write(
    engine: Engine, stored: StoredUser, changes: dict[str, Any], *, ends_sessions: bool
) -> User:
    before = stored.user
    user = User(
        **{
            **asdict(before),
            "updated_by": before.login,
            **changes,
            "version": before.version + 1,
            "epoch": before.epoch + int(ends_sessions),
            "updated_at": datetime.now(UTC),
        }
    )
    return (await repository.replace(engine, stored, user)).user


async def spread(sessions: Sessions, user: User, *, ended: bool, by: str = "") -> None:
    """Tells all processes. Where Redis is away the sessions are over all the same: by `epoch`."""
    await sessions.people_changed()
    if not ended:
        return
    try:
        count = await sessions.end_all(user.login)
    except SessionsUnavailableError:
        return
    if count:
        ended_by = by or user.login
        note(SecurityEvent.SESSION_ENDED, login=ended_by, subject=user.login, reason="all")
