"""Passwords: argon2id, the rules of an installation, one-time ones.

The rules are settings: ФСТЭК orders name none by number. Defaults follow the practice of regions
(at least 10 signs, users change every 180 days, administrators every 60).
"""

import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from app.accounts.models import User
from app.accounts.roles import Role
from app.errors import BadInputError
from app.settings import Settings
from app.web.filters import counted

LONGEST = 200
"""Signs; more would only cost time."""
_HASHER = PasswordHasher()
"""argon2id by RFC 9106 for little memory: 64 MiB, 3 passes, 4 lanes; some 50 ms."""
_AT_ONCE = 2
"""Each takes 64 MiB: ten people who sign in together wait for each other, not for memory."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_CAPITALS = "ABCDEFGHJKMNPQRSTUVWXYZ"
_DIGITS = "23456789"
"""Signs that are not mistaken for each other when read from paper."""
_GROUP, _GROUPS = 4, 4

_KINDS: tuple[Callable[[str], bool], ...] = (
    str.islower,
    str.isupper,
    str.isdigit,
    lambda sign: not sign.isalnum(),
)


@cache
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(_AT_ONCE)


def _plain(password: str) -> str:
    """One form for what looks the same: keyboards send «й» as one sign or as two."""
    return unicodedata.normalize("NFKC", password)


async def hash_password(password: str) -> str:
    return await run_sync(_HASHER.hash, _plain(password), limiter=_limiter())


@cache
def _nobody() -> str:
    """A hash that fits no password, to spend on an unknown login what a known one costs."""
    return _HASHER.hash(secrets.token_hex(32))


class Verdict(Struct, frozen=True):
    right: bool
    outdated: bool = False
    """The hash was made with weaker parameters than today's."""


async def check_password(user: User | None, password: str) -> Verdict:
    """Takes the same work whether there is such a user, and whether they have a password."""
    known = user.password_hash if user and user.active else None
    stored = known if known is not None else await run_sync(_nobody, limiter=_limiter())
    right = await run_sync(_matches, stored, password, limiter=_limiter())
    if known is None or not right:
        return Verdict(right=False)
    return Verdict(right=True, outdated=_HASHER.check_needs_rehash(stored))


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, _plain(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


def new_password() -> str:
    """A one-time password of 16 signs in groups: for reading aloud and typing."""
    while True:
        groups = [
            "".join(secrets.choice(_LETTERS + _CAPITALS + _DIGITS) for _ in range(_GROUP))
            for _ in range(_GROUPS)
        ]
        password = "-".join(groups)
        if all(any(sign in kind for sign in password) for kind in (_LETTERS, _CAPITALS, _DIGITS)):
            return password


async def check_rules(settings: Settings, user: User, password: str) -> None:
    """Raises `BadInputError` that names the first rule the new password of `user` breaks."""
    if reason := _weakness(settings, user, password):
        raise BadInputError(reason, field="password")
    before = [user.password_hash, *user.password_history[: settings.password_history]]
    for stored in filter(None, before):
        if await run_sync(_matches, stored, password, limiter=_limiter()):
            raise BadInputError("Такой пароль у вас уже был. Придумайте другой.", field="password")


def _weakness(settings: Settings, user: User, password: str) -> str:
    plain = _plain(password)
    if len(plain) < settings.password_min_length:
        least = counted(settings.password_min_length, "знак", "знака", "знаков")
        return f"Пароль короче, чем нужно: хотя бы {least}."
    if len(plain) > LONGEST:
        return f"Пароль длиннее {LONGEST} знаков. Возьмите короче."
    kinds = sum(any(map(is_kind, plain)) for is_kind in _KINDS)
    if kinds < settings.password_kinds:
        return (
            f"В пароле видов знаков: {kinds}, а нужно {settings.password_kinds}. "
            "Виды: строчные буквы, прописные буквы, цифры, прочие знаки."
        )
    if len(set(plain)) <= len(plain) // 3:
        return "В пароле слишком много одинаковых знаков. Придумайте другой."
    if user.login.casefold() in plain.casefold():
        return "В пароле есть логин: такой подберут первым. Придумайте другой."
    return ""


def rules_in_words(settings: Settings) -> str:
    """For the hint under the field."""
    least = counted(settings.password_min_length, "знака", "знаков", "знаков")
    kinds = counted(settings.password_kinds, "вида", "видов", "видов")
    return (
        f"Не короче {least}, не меньше {kinds} из четырёх: "
        "строчные, прописные, цифры, прочие знаки. Без логина внутри."
    )


def expires_at(settings: Settings, user: User) -> datetime | None:
    """When the password has to be changed; None for never."""
    if user.password_hash is None or user.password_at is None:
        return None
    admin = Role.ADMINISTRATOR in user.roles
    days = settings.password_days_admin if admin else settings.password_days
    return user.password_at + timedelta(days=days) if days else None


def change_is_due(settings: Settings, user: User, now: datetime) -> bool:
    if user.must_change_password:
        return True
    until = expires_at(settings, user)
    return until is not None and until <= now


def next_history(settings: Settings, user: User) -> list[str]:
    """Hashes to keep once the password of today is replaced."""
    before: Sequence[str | None] = (user.password_hash, *user.password_history)
    return [one for one in before if one][: settings.password_history]
