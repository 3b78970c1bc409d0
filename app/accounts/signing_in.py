"""Signing in: attempts counted first, then the password, then the second factor if there is one."""

from typing import Any

from msgspec import Struct

from app.accounts import repository, tickets, totp
from app.accounts.attempts import Attempts, Kind
from app.accounts.changing import update
from app.accounts.events import SecurityEvent, note
from app.accounts.models import User
from app.accounts.passwords import check_password, hash_password
from app.accounts.sessions import Sessions
from app.engine.client import Engine
from app.errors import BadInputError, NotSignedInError, TooManyAttemptsError

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
        reason = "wrong_password" if user else "unknown_login"
        await refused(attempts, login, visitor, reason, last=last)
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


async def check_code(
    engine: Engine, sessions: Sessions, word: str, code: str, visitor: Visitor
) -> tuple[User, str]:
    """The second step for the ticket `word`: the user, and the way of the first step.

    Raises `NotSignedInError` where the first step is too old, `BadInputError` for a wrong or used
    code, `TooManyAttemptsError`.
    """
    ticket = await tickets.read(sessions, word)
    attempts = Attempts(sessions)
    last = await _taken(attempts, Kind.CODE, ticket.login, visitor)
    stored = await repository.get(engine, ticket.login)
    user = stored.user if stored else None
    if user is None or not user.active or user.epoch != ticket.epoch:
        raise NotSignedInError("Войдите ещё раз.")
    if not await _is_right(engine, sessions, user, code, visitor):
        await refused(attempts, ticket.login, visitor, "wrong_code", last=last)
        raise BadInputError(
            "Код не подошёл или уже использован. Дождитесь следующего.", field="code"
        )
    if not await tickets.spend(sessions, word):
        raise NotSignedInError("Войдите ещё раз.")
    await attempts.succeeded(Kind.CODE, ticket.login)
    return user, ticket.way


async def _is_right(
    engine: Engine, sessions: Sessions, user: User, code: str, visitor: Visitor
) -> bool:
    """Spends the code: it is right once, whichever kind it is."""
    settings = sessions.settings
    if user.totp_secret is None:
        return False
    secret = totp.unseal(settings, user.login, user.totp_secret)
    step = totp.matching_step(secret, code)
    if step is not None:
        return await totp.is_fresh(sessions, secret, step)
    spent = totp.used_code(settings, user, code)
    if spent is None or not await _spend(engine, user.login, spent):
        return False
    note(
        SecurityEvent.RECOVERY_CODE_USED,
        login=user.login,
        address=visitor.address,
        request_id=visitor.request_id,
    )
    return True


async def _spend(engine: Engine, login: str, spent: str) -> bool:
    """False where another sign-in used the same code in this very moment."""

    def change(user: User) -> dict[str, Any]:
        if spent not in user.recovery_codes:
            raise BadInputError("Этот код уже использован.", field="code")
        return {"recovery_codes": [one for one in user.recovery_codes if one != spent]}

    try:
        await update(engine, login, change)
    except BadInputError:
        return False
    return True


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
