"""The two actors every kind of job has: run one, find those nobody runs."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import dramatiq
import structlog

from app.engine.client import Engine
from app.engine.jobs import JobStore
from app.jobs import ring
from app.settings import Settings
from workers.broker import broker
from workers.running import with_engine

log = structlog.get_logger()

HOUR_MS = 3_600_000
_MINUTE_MS = 60_000

Run = Callable[[Engine, Settings, str], Awaitable[None]]
Sweep = Callable[[Engine, Settings, datetime], Awaitable[object]]
Actors = tuple[dramatiq.Actor[[str], None], dramatiq.Actor[[], None]]


def job_actors(
    kind: str, store: JobStore[Any], run: Run, *, time_limit: int, sweep: Sweep | None = None
) -> Actors:
    """`run_<kind>` on the queue `<kind>s`, and `sweep_<kind>s`, which then also does `sweep`.

    `run` must be safe to repeat; `time_limit` is in milliseconds.
    """
    return _runner(kind, run, time_limit), _sweeper(kind, store, sweep)


def _runner(kind: str, run: Run, time_limit: int) -> dramatiq.Actor[[str], None]:
    @dramatiq.actor(
        broker=broker,
        actor_name=f"run_{kind}",
        queue_name=f"{kind}s",
        max_retries=3,
        min_backoff=5_000,
        max_backoff=_MINUTE_MS,
        time_limit=time_limit,
    )
    def run_job(job_id: str) -> None:
        """Safe to run twice. After the retries the sweeper goes on asking each minute."""

        async def call(engine: Engine, settings: Settings) -> None:
            await run(engine, settings, job_id)

        with_engine(call)

    return run_job


def _sweeper(kind: str, store: JobStore[Any], sweep: Sweep | None) -> dramatiq.Actor[[], None]:
    @dramatiq.actor(
        broker=broker,
        actor_name=f"sweep_{kind}s",
        queue_name="sweeps",
        max_retries=0,
        time_limit=_MINUTE_MS,
    )
    def sweep_jobs() -> None:
        """Rings again for every job that a query finds without a living worker."""

        async def call(engine: Engine, settings: Settings) -> None:
            now, swept = datetime.now(UTC), f"{kind}_swept"
            for job_id in await store.abandoned(engine, now):
                log.info(swept, **{f"{kind}_id": job_id})
                await ring(settings, f"run_{kind}", job_id)
            if sweep:
                await sweep(engine, settings, now)

        with_engine(call)

    return sweep_jobs
