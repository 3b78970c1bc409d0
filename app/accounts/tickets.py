"""Half a sign-in: the password was right, the code is still asked for. In Redis for minutes."""

import secrets
from datetime import timedelta

import msgspec
from msgspec import Struct

from app.accounts.models import User
from app.accounts.sessions import Sessions, digest, translated_errors
from app.errors import NotSignedInError

_LASTS = timedelta(minutes=5)


class Ticket(Struct, frozen=True):
    login: str
    epoch: int
    way: str


async def give(sessions: Sessions, user: User, way: str) -> str:
    """A random word that stands for the checked first step; only its hash is kept."""
    word = secrets.token_urlsafe(32)
    ticket = msgspec.json.encode(Ticket(user.login, user.epoch, way))
    async with translated_errors():
        await sessions.redis.set(sessions.key("ticket", digest(word)), ticket, px=_LASTS)
    return word


async def read(sessions: Sessions, word: str) -> Ticket:
    """Raises `NotSignedInError` where the time is over or it was used."""
    async with translated_errors():
        raw = await sessions.redis.get(sessions.key("ticket", digest(word)))
    if raw is None:
        raise NotSignedInError("Прошло больше пяти минут. Введите пароль ещё раз.")
    return msgspec.json.decode(raw, type=Ticket)


async def spend(sessions: Sessions, word: str) -> bool:
    """True for the one who used it: of two at once only one signs in."""
    async with translated_errors():
        return bool(await sessions.redis.delete(sessions.key("ticket", digest(word))))
