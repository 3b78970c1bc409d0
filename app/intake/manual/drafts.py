"""What is being typed, kept for a day: it outlives a session, a restart and the way back.

In Redis, as sessions are, because it is nobody's record yet. It holds personal data, so it goes
away by itself, and at once when the entry is saved.
"""

from datetime import UTC, datetime

import msgspec
import structlog
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.intake.manual.forms import EntryForm

log = structlog.get_logger()

KEPT_SECONDS = 24 * 3600
_MOST = 20
"""Drafts of one person; the oldest gives way."""


class Draft(Struct, frozen=True):
    key: str
    saved_at: datetime
    form: EntryForm


class Drafts:
    """Drafts of one person. Without Redis there are none, and the page says so."""

    def __init__(self, redis: Redis, prefix: str, login: str) -> None:
        self._redis = redis
        self._name = f"{prefix}drafts:{login}"

    async def save(self, key: str, form: EntryForm) -> bool:
        """False where Redis is away: the text is in the browser alone."""
        draft = Draft(key, datetime.now(UTC), form)
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(self._name, key, msgspec.json.encode(draft))
                pipe.expire(self._name, KEPT_SECONDS)
                await pipe.execute()
            await self._drop_oldest()
        except RedisError as error:
            log.warning("draft_not_kept", error=type(error).__name__)
            return False
        return True

    async def _drop_oldest(self) -> None:
        if await self._redis.hlen(self._name) > _MOST:
            for draft in (await self.listed())[_MOST:]:
                await self._redis.hdel(self._name, draft.key)

    async def listed(self) -> list[Draft]:
        """The newest first; none where Redis is away."""
        try:
            kept = await self._redis.hgetall(self._name)
        except RedisError as error:
            log.warning("drafts_away", error=type(error).__name__)
            return []
        drafts = [msgspec.json.decode(each, type=Draft) for each in kept.values()]
        return sorted(drafts, key=lambda draft: draft.saved_at, reverse=True)

    async def drop(self, key: str) -> None:
        """A draft that stays behind is only offered once more."""
        try:
            await self._redis.hdel(self._name, key)
        except RedisError as error:
            log.warning("draft_left", error=type(error).__name__)
