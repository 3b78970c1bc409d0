"""Signing in: attempts counted first, then the password, then the second factor if there is one."""

from msgspec import Struct

from app.accounts import repository
from app.accounts.attempts import Attempts, Kind
from app.accounts.events import SecurityEvent, note
from app.accounts.models import User
from app.accounts.passwords import check_password, hash_password
from app.accounts.service import update
from app.accounts.sessions import Sessions
from app.engine.client import Engine
from app.errors import BadInputError, TooManyAttemptsError

_LONGEST_LOGIN = 100
_WRONG = "Логин или пароль не подошли. Проверьте раскладку и Caps Lock."


class Visitor(Struct, frozen=True):
    """Where an attempt comes from."""

    address: str
    browser: str = ""
    request_id: str = ""


async def check_by_password(
    engine: Engine, sessions: Sessions, login: str, password: str, visitor: Visitor
) -> User:
    """The active user whose password this is; the second factor is still to be asked.

    Raises `BadInputError`, the same after the same work whatever was wrong, and
    `TooManyAttemptsError`.
    """
    login = login.strip().lower()[:_LONGEST_LOGIN]
    attempts = Attempts(sessions)
    last = await _taken(attempts, Kind.PASSWORD, login, visitor)
    stored = await repository.get(engine, login) if login else None
    user = stored.user if stored else None
    verdict = await check_password(user, password)
    if user is None or not verdict.right:
        await refused(attempts, login, visitor, "wrong_password", last=last)
        raise BadInputError(_WRONG, field="password")
    await attempts.succeeded(Kind.PASSWORD, login)
    if verdict.outdated:
        hashed = await hash_password(password)
        user = await update(engine, login, lambda _: {"password_hash": hashed})
    return user


async def check_own_password(
    engine: Engine, sessions: Sessions, login: str, password: str, visitor: Visitor
) -> User:
    """For somebody who is signed in and does what a stolen session must not do.

    Counts as an attempt to sign in. Raises as `check_by_password`, with the field `old`.
    """
    try:
        return await check_by_password(engine, sessions, login, password, visitor)
    except BadInputError as error:
        raise BadInputError("Нынешний пароль не подошёл.", field="old") from error


async def _taken(attempts: Attempts, kind: Kind, login: str, visitor: Visitor) -> bool:
    try:
        return await attempts.take(kind, login, visitor.address)
    except TooManyAttemptsError:
        note(
            SecurityEvent.SIGN_IN_REFUSED,
            login=login,
            address=visitor.address,
            request_id=visitor.request_id,
            reason="too_many_attempts",
        )
        raise


async def refused(
    attempts: Attempts, login: str, visitor: Visitor, reason: str, *, last: bool
) -> None:
    """Notes a wrong attempt, and that it closed the login or the address."""
    where = {"login": login, "address": visitor.address, "request_id": visitor.request_id}
    note(SecurityEvent.SIGN_IN_REFUSED, **where, reason=reason)
    if last:
        note(SecurityEvent.SIGN_IN_CLOSED, **where, reason="login")
    if await attempts.failed(visitor.address):
        note(SecurityEvent.SIGN_IN_CLOSED, **where, reason="address")


async def begin(sessions: Sessions, user: User, visitor: Visitor, *, way: str = "password") -> str:
    """The id for the cookie of a new session."""
    session_id, _ = await sessions.begin(
        user, address=visitor.address, browser=visitor.browser, way=way
    )
    note(
        SecurityEvent.SIGNED_IN,
        login=user.login,
        address=visitor.address,
        request_id=visitor.request_id,
        reason=way,
    )
    return session_id
