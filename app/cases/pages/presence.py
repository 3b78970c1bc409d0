"""Who else has the page of a case open, and who is writing: kept in Redis for half a minute."""

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import structlog
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.settings import Settings
from app.viewer import Viewer

log = structlog.get_logger()

KEPT_SECONDS = 25
"""A page asks every ten: two may be lost on the way."""


class Seen(Struct, frozen=True):
    title: str
    writing: bool
    at: float


@dataclass(frozen=True)
class Presence:
    others: list[Seen]
    away: bool = False
    """Redis gave no answer: nobody can be told about."""


def _key(settings: Settings, case_id: str) -> str:
    return f"{settings.index_prefix}presence:{case_id}"


async def meet(
    redis: Redis, settings: Settings, viewer: Viewer, case_id: str, *, writing: bool
) -> Presence:
    """Notes that `viewer` is here and returns the others. Never raises for Redis."""
    now = datetime.now(UTC).timestamp()
    own = msgspec.json.encode(Seen(viewer.title or viewer.name, writing, now))
    key = _key(settings, case_id)
    try:
        async with redis.pipeline(transaction=False) as pipe:
            pipe.hset(key, viewer.name, own)
            pipe.expire(key, KEPT_SECONDS)
            pipe.hgetall(key)
            *_, found = await pipe.execute()
    except RedisError as error:
        log.info("presence_away", error=type(error).__name__)
        return Presence([], away=True)
    return Presence(_others(found, viewer, now))


def _others(found: dict[bytes, bytes], viewer: Viewer, now: float) -> list[Seen]:
    seen = []
    for login, encoded in sorted(found.items()):
        one = msgspec.json.decode(encoded, type=Seen)
        if login.decode() != viewer.name and now - one.at < KEPT_SECONDS:
            seen.append(one)
    return seen
