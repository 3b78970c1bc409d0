"""Sessions in Redis: a random id in the browser, only its hash as a key.

A session is over when Redis forgets it (the absolute limit), when it is ended, or when the user's
`epoch` is no longer the one it began with: the last needs no write to Redis to be true.
"""

import hashlib
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.accounts.models import User
from app.errors import SessionsUnavailableError
from app.settings import Settings

log = structlog.get_logger()

TOUCH_AFTER = timedelta(seconds=30)
"""How exact `seen_at` is: a page costs a read of Redis and rarely a write."""
MOST_OF_A_PERSON = 20
"""Sessions a person may have at once; the oldest end when there are more."""
_ID_OCTETS = 32
_MARK_OCTETS = 9


class Session(Struct, frozen=True, omit_defaults=True):
    login: str
    epoch: int
    mark: str
    """Names the session in the list of one's sessions; opens nothing."""
    began_at: datetime
    seen_at: datetime
    address: str
    browser: str
    way: str = "password"
    """`password` or `oidc`."""
    locked: bool = False
    """That it was left alone has been told to the journal."""

    def is_idle(self, settings: Settings, now: datetime) -> bool:
        return now - self.seen_at > timedelta(minutes=settings.session_idle_minutes)

    def is_over(self, settings: Settings, now: datetime) -> bool:
        return now - self.began_at > timedelta(hours=settings.session_hours)


class Found(Struct, frozen=True):
    session: Session | None
    stamp: str
    """Changes with every change of a user: what was derived from users under another is stale."""


def digest(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


@asynccontextmanager
async def translated_errors() -> AsyncIterator[None]:
    """Redis that is silent, full or wrong → `SessionsUnavailableError`."""
    try:
        yield
    except (RedisError, OSError) as error:
        log.warning("sessions_away", error=type(error).__name__)
        raise SessionsUnavailableError(
            "Проверить вход сейчас нельзя: Redis не отвечает. Введённое не потеряно, "
            "повторите через минуту."
        ) from error


class Sessions:
    """All sessions of an installation; knows its settings and its part of Redis."""

    def __init__(self, redis: "Redis", settings: Settings) -> None:
        self.redis = redis
        self.settings = settings
        self._prefix = settings.index_prefix
        self._lasts = timedelta(hours=settings.session_hours)

    def key(self, *parts: str) -> str:
        """A key of this installation's own."""
        return self._prefix + ":".join(parts)

    def _session(self, hashed: str) -> str:
        return self.key("session", hashed)

    def _of(self, login: str) -> str:
        return self.key("sessions-of", login)

    @property
    def _stamp(self) -> str:
        return self.key("people-stamp")

    async def begin(
        self, user: User, *, address: str, browser: str, way: str = "password"
    ) -> tuple[str, Session]:
        """A new id for the cookie, never one that a browser brought."""
        session_id = secrets.token_urlsafe(_ID_OCTETS)
        now = datetime.now(UTC)
        mark = secrets.token_urlsafe(_MARK_OCTETS)
        session = Session(user.login, user.epoch, mark, now, now, address, browser, way)
        hashed = digest(session_id)
        async with translated_errors(), self.redis.pipeline(transaction=True) as steps:
            steps.set(self._session(hashed), msgspec.json.encode(session), px=self._lasts)
            steps.zadd(self._of(user.login), {hashed: now.timestamp()})
            steps.zremrangebyscore(self._of(user.login), "-inf", (now - self._lasts).timestamp())
            steps.pexpire(self._of(user.login), self._lasts)
            steps.zrange(self._of(user.login), 0, -MOST_OF_A_PERSON - 1)
            too_many = (await steps.execute())[-1]
        await self._drop(user.login, [_text(one) for one in too_many])
        return session_id, session

    async def read(self, session_id: str) -> Found:
        """One round trip; `session` is None where there is none or its time is over."""
        async with translated_errors():
            raw, stamp = await self.redis.mget(self._session(digest(session_id)), self._stamp)
        session = _decoded(raw)
        if session and session.is_over(self.settings, datetime.now(UTC)):
            session = None
        return Found(session, _text(stamp))

    async def stamp(self) -> str:
        """As `read` tells it, where there is no session: for tokens."""
        async with translated_errors():
            return _text(await self.redis.get(self._stamp))

    async def touch(self, session_id: str, session: Session) -> None:
        """Notes that the person was there just now; never brings back a session that has ended."""
        now = datetime.now(UTC)
        if now - session.seen_at < min(TOUCH_AFTER, self._tenth_of_idle):
            return
        seen = msgspec.structs.replace(session, seen_at=now)
        async with translated_errors():
            await self.redis.set(
                self._session(digest(session_id)), msgspec.json.encode(seen), xx=True, keepttl=True
            )

    async def tell_locked(self, session_id: str, session: Session) -> bool:
        """True for the first request that finds the session left alone."""
        if session.locked:
            return False
        told = msgspec.structs.replace(session, locked=True)
        async with translated_errors():
            return bool(
                await self.redis.set(
                    self._session(digest(session_id)),
                    msgspec.json.encode(told),
                    xx=True,
                    keepttl=True,
                )
            )

    @property
    def _tenth_of_idle(self) -> timedelta:
        return timedelta(minutes=self.settings.session_idle_minutes) / 10

    async def of_person(self, login: str) -> list[tuple[str, Session]]:
        """Open sessions with their hashes, the newest first."""
        async with translated_errors():
            hashes = [_text(one) for one in await self.redis.zrevrange(self._of(login), 0, -1)]
            raws = await self.redis.mget([self._session(one) for one in hashes]) if hashes else []
        found = [(one, _decoded(raw)) for one, raw in zip(hashes, raws, strict=True)]
        now = datetime.now(UTC)
        return [
            (one, session)
            for one, session in found
            if session and not session.is_over(self.settings, now)
        ]

    async def end(self, session_id: str, session: Session) -> None:
        await self._drop(session.login, [digest(session_id)])

    async def end_marked(self, login: str, mark: str) -> bool:
        """Ends the one session of `login` that `mark` names; False where there is none."""
        hashes = [one for one, session in await self.of_person(login) if session.mark == mark]
        await self._drop(login, hashes)
        return bool(hashes)

    async def end_all(self, login: str, *, but: str = "") -> int:
        """Ends every session of `login` except the one with the id `but`; how many there were."""
        kept = digest(but) if but else ""
        hashes = [one for one, _ in await self.of_person(login) if one != kept]
        await self._drop(login, hashes)
        return len(hashes)

    async def _drop(self, login: str, hashes: Iterable[str]) -> None:
        gone = list(hashes)
        if not gone:
            return
        async with translated_errors(), self.redis.pipeline(transaction=True) as steps:
            steps.delete(*(self._session(one) for one in gone))
            steps.zrem(self._of(login), *gone)
            await steps.execute()

    async def people_changed(self) -> None:
        """Everybody derives users' rights anew. Where Redis is away they do so in half a minute."""
        try:
            await self.redis.set(self._stamp, secrets.token_hex(8))
        except (RedisError, OSError) as error:
            log.warning("people_stamp_away", error=type(error).__name__)


def _text(raw: Any) -> str:
    """What Redis sends for a text: octets, or None for nothing."""
    return raw.decode() if isinstance(raw, bytes) else ""


def _decoded(raw: bytes | str | None) -> Session | None:
    """None also for what an older release wrote: the person signs in again."""
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=Session)
    except msgspec.MsgspecError:
        return None
