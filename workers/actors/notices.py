"""Actors of notices: made of histories, sent by letter, dropped when they are old."""

from datetime import UTC, datetime

import dramatiq
import structlog

from app.engine.client import Engine
from app.notices.smtp import MailAwayError
from app.settings import Settings
from indexers.notices.digest import make_digests, send_digests
from indexers.notices.lost import settle_lost
from indexers.notices.project import project_due_notices, project_notices_of
from indexers.notices.retention import drop_old
from indexers.notices.send import send_due
from workers.alone import first_of_the_day
from workers.broker import broker
from workers.running import with_engine

log = structlog.get_logger()

_MINUTE_MS = 60_000
_MOST_BATCHES = 200
"""At one call; the next minute's goes on."""


def now() -> datetime:
    """What notices and letters take for the present; tests move it."""
    return datetime.now(UTC)


@dramatiq.actor(
    broker=broker,
    queue_name="notices",
    max_retries=3,
    min_backoff=1_000,
    max_backoff=_MINUTE_MS,
    time_limit=_MINUTE_MS,
)
def project_notices(case_id: str) -> None:
    """Rung after an action that names people. Safe to run twice; what is missed the sweep finds."""

    async def call(engine: Engine, settings: Settings) -> None:
        await project_notices_of(engine, settings, [case_id], now=now())

    with_engine(call)


@dramatiq.actor(broker=broker, queue_name="notices", max_retries=0, time_limit=30 * _MINUTE_MS)
def sweep_notices() -> None:
    """Asked for each minute and after many actions at once; almost always done after one search."""

    async def call(engine: Engine, settings: Settings) -> None:
        for _ in range(_MOST_BATCHES):
            if not await project_due_notices(engine, settings, now=now()):
                break
        if await first_of_the_day(settings, "notices:dropped"):
            await drop_old(engine, settings, now())

    with_engine(call)


@dramatiq.actor(broker=broker, queue_name="letters", max_retries=0, time_limit=30 * _MINUTE_MS)
def send_letters() -> None:
    """Asked for each minute, so what came within one is one letter. Safe side by side."""

    async def call(engine: Engine, settings: Settings) -> None:
        if not settings.mail_on:
            return
        await settle_lost(engine, now())
        await make_digests(engine, settings, now=now())
        try:
            letters = await send_due(engine, settings, now=now())
            digests = await send_digests(engine, settings, now=now())
        except MailAwayError:  # said in the log where it was noticed; the next minute tries again
            return
        if letters or digests:
            log.info("letters_sent", letters=letters, digests=digests)

    with_engine(call)
