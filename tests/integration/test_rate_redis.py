"""The limit of calls as several processes share it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis, from_url

from app.errors import TooManyRequestsError
from app.settings import Settings
from app.web.rate import RateLimit


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator["Redis[Any]"]:
    async with from_url(settings.redis_url.get_secret_value()) as opened:
        yield opened
        async for key in opened.scan_iter(f"{settings.index_prefix}*"):
            await opened.delete(key)


async def test_two_processes_share_one_limit(redis: "Redis[Any]", settings: Settings) -> None:
    def clock() -> float:
        return 1_000_000_000.0

    one, two = (RateLimit(redis, settings.index_prefix, 4, clock) for _ in range(2))
    for limit in (one, two, one, two):
        await limit.spend("a")
    for limit in (one, two):
        with pytest.raises(TooManyRequestsError):
            await limit.spend("a")
    await one.spend("b")
    async for key in redis.scan_iter(f"{settings.index_prefix}*"):
        assert 0 < await redis.ttl(key) <= 120
