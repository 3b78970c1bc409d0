"""How often one caller may ask, counted in Redis for all processes together."""

import time
from collections.abc import Callable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.errors import TooManyRequestsError

log = structlog.get_logger("otklik.web")

WINDOW = 60
"""Seconds. A fixed window is enough: at most twice the limit passes around its edge."""
ALONE = 120
"""What one process lets through in a window while Redis is away: it knows only its own calls."""
_REDIS_REST = 5.0
"""Seconds in which Redis is left alone after it failed: each try may cost its whole patience."""


class RateLimit:
    """One for each process; `spend` is asked before the work is done."""

    def __init__(
        self,
        redis: Redis,
        prefix: str,
        per_minute: int,
        clock: Callable[[], float] = time.time,
        *,
        told: str = "Слишком много запросов по этому токену.",
    ) -> None:
        """`told` is the sentence of a refusal; when to come again is added to it."""
        self._told = told
        self._redis = redis
        self._prefix = prefix
        self._limit = per_minute
        self._clock = clock
        self._own: dict[str, int] = {}
        self._own_window = 0
        self._redis_rests_until = 0.0

    async def spend(self, who: str, cost: int = 1) -> None:
        """Counts `cost` calls of `who`; `TooManyRequestsError` where the window is used up.

        The last call let through may go over the limit: a list is taken whole or not at all.
        """
        window, into = divmod(int(self._clock()), WINDOW)
        spent, limit = await self._count(who, window, cost)
        if spent - cost >= limit:
            wait = WINDOW - into
            raise TooManyRequestsError(f"{self._told} Повторите через {wait} с.", retry_after=wait)

    async def _count(self, who: str, window: int, cost: int) -> tuple[int, int]:
        """How much is spent in this window now, and how much may be."""
        if self._clock() >= self._redis_rests_until:
            try:
                return await self._count_together(who, window, cost), self._limit
            except RedisError as error:
                self._redis_rests_until = self._clock() + _REDIS_REST
                log.warning("rate_limit_alone", error=type(error).__name__, limit=self._alone)
        return self._count_alone(who, window, cost), self._alone

    @property
    def _alone(self) -> int:
        return min(self._limit, ALONE)

    async def _count_together(self, who: str, window: int, cost: int) -> int:
        key = f"{self._prefix}rate:{who}:{window}"
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.incrby(key, cost)
            pipe.expire(key, 2 * WINDOW)
            spent, _ = await pipe.execute()
        return int(spent)

    def _count_alone(self, who: str, window: int, cost: int) -> int:
        if window != self._own_window:
            self._own, self._own_window = {}, window
        self._own[who] = self._own.get(who, 0) + cost
        return self._own[who]
