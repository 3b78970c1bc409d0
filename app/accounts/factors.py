"""Switching the second step of sign-in on and off, and new recovery codes."""

from typing import Any

from app.accounts import totp
from app.accounts.changing import update
from app.accounts.models import User
from app.accounts.sessions import Sessions
from app.engine.client import Engine
from app.errors import BadInputError, ConflictError


async def turn_on(
    engine: Engine, sessions: Sessions, login: str, sealed: str, code: str
) -> list[str]:
    """Takes the secret that was shown, if the telephone makes its codes; the recovery codes.

    The password was checked before. Raises `BadInputError`, and `ConflictError` where it is on.
    """
    settings = sessions.settings
    secret = totp.unseal(settings, login, sealed)
    step = totp.matching_step(secret, code)
    if step is None or not await totp.is_fresh(sessions, secret, step):
        raise BadInputError("Код не подошёл. Проверьте часы телефона.", field="code")
    codes = totp.new_codes()

    def change(user: User) -> dict[str, Any]:
        if user.totp_secret is not None:
            raise ConflictError("Второй шаг уже включён.")
        hashed = [totp.hash_code(settings, login, one) for one in codes]
        return {"totp_secret": sealed, "recovery_codes": hashed}

    await update(engine, login, change)
    await sessions.people_changed()
    return codes


async def turn_off(engine: Engine, sessions: Sessions, login: str) -> None:
    """The password was checked before."""
    await update(engine, login, lambda _: {"totp_secret": None, "recovery_codes": []})
    await sessions.people_changed()


async def renew_codes(engine: Engine, sessions: Sessions, login: str) -> list[str]:
    """The old recovery codes are worth nothing from now on. The password was checked before."""
    codes = totp.new_codes()

    def change(user: User) -> dict[str, Any]:
        if user.totp_secret is None:
            raise ConflictError("Второй шаг выключен: коды восстановления ни к чему.")
        return {"recovery_codes": [totp.hash_code(sessions.settings, login, one) for one in codes]}

    await update(engine, login, change)
    return codes
