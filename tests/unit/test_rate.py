"""The limit of calls: together in Redis, alone without it."""

import pytest
from redis.exceptions import ConnectionError as RedisAway

from app.errors import TooManyRequestsError
from app.web.rate import ALONE, RateLimit


class Clock:
    now = 1_000_000_000.0

    def __call__(self) -> float:
        return self.now


class Away:
    """Refuses every connection and counts the tries."""

    tries = 0

    def pipeline(self, **_: bool) -> "Away":
        self.tries += 1
        raise RedisAway


async def test_without_redis_a_process_counts_for_itself() -> None:
    clock, away = Clock(), Away()
    limit = RateLimit(away, "t-", 10_000, clock)
    for _ in range(ALONE):
        await limit.spend("a")
    with pytest.raises(TooManyRequestsError) as caught:
        await limit.spend("a")
    assert 0 < caught.value.retry_after <= 60
    await limit.spend("b")
    assert away.tries == 1  # left alone for a while: each try may cost seconds
    clock.now += caught.value.retry_after
    await limit.spend("a")
    assert away.tries == 2


async def test_the_smaller_limit_counts() -> None:
    limit = RateLimit(Away(), "t-", 2, Clock())
    await limit.spend("a", 2)
    with pytest.raises(TooManyRequestsError):
        await limit.spend("a")


async def test_a_list_is_taken_whole_or_not_at_all() -> None:
    limit = RateLimit(Away(), "t-", 10, Clock())
    await limit.spend("a", 9)
    await limit.spend("a", 500)
    with pytest.raises(TooManyRequestsError):
        await limit.spend("a")
