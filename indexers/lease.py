"""One worker holds a job at a time, and everybody can see whether it is alive."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Generic

from ulid import ULID

from app.engine.client import Engine
from app.engine.jobs import J, JobStore, StoredJob
from app.errors import ConflictError, EngineUnavailableError

_BEATS_A_LEASE = 4
_TRIES = 5


class LostLeaseError(Exception):
    """Somebody else holds the job now, or a person stopped it: stop without a word more."""


class Lease(Generic[J]):
    """The job as its holder sees it. All writes go through `update`, one after another."""

    def __init__(
        self, engine: Engine, store: JobStore[J], stored: StoredJob[J], owner: str, lasts: timedelta
    ) -> None:
        self._engine = engine
        self._store = store
        self._stored = stored
        self._lasts = lasts
        self._lock = asyncio.Lock()
        self.owner = owner

    @property
    def job(self) -> J:
        return self._stored.job

    async def update(self, **changes: Any) -> J:
        """Writes `changes` and prolongs the lease.

        A write that lost a race is repeated over the newer document, unless that shows another
        holder or a wish to cancel: then `LostLeaseError`.
        """
        async with self._lock:
            for _ in range(_TRIES):
                lease_until = datetime.now(UTC) + self._lasts
                try:
                    self._stored = await self._store.replace(
                        self._engine, self._stored, **{"lease_until": lease_until, **changes}
                    )
                except ConflictError:
                    self._stored = await self._store.get(self._engine, self.job.id)
                    self._check()
                else:
                    return self.job
            raise LostLeaseError(self.job.id)

    def _check(self) -> None:
        if self.job.lease_owner != self.owner or self.job.cancel_requested:
            raise LostLeaseError(self.job.id)


@asynccontextmanager
async def hold(
    engine: Engine, store: JobStore[J], job_id: str, lasts: timedelta
) -> AsyncIterator[Lease[J] | None]:
    """Takes the job for the time of the block; None where nothing is to do or it is taken.

    The lease is prolonged in the background, also while a file is being read for minutes.
    """
    stored = await store.get(engine, job_id)
    now = datetime.now(UTC)
    taken = stored.job.lease_until is not None and stored.job.lease_until > now
    if stored.job.state not in store.busy or taken:
        yield None
        return
    owner = str(ULID())
    try:
        stored = await store.replace(engine, stored, lease_owner=owner, lease_until=now + lasts)
    except ConflictError:
        yield None
        return
    lease = Lease(engine, store, stored, owner, lasts)
    heart = asyncio.create_task(_beat(lease, lasts))
    try:
        yield lease
    finally:
        heart.cancel()
        with suppress(asyncio.CancelledError, LostLeaseError):
            await heart


async def _beat(lease: Lease[Any], lasts: timedelta) -> None:
    while True:
        await asyncio.sleep(lasts.total_seconds() / _BEATS_A_LEASE)
        with suppress(EngineUnavailableError):  # the next beat tries again; the lease has slack
            await lease.update()
