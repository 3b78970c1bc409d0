"""Rings the workers' bell: enqueues an actor by its name, without importing the workers.

The queue is only a bell. Whatever is asked for is first written to the engine, where a sweeper
finds it each minute, so a message that is lost costs time and nothing else.
"""

from functools import cache

import dramatiq
import structlog
from anyio.to_thread import run_sync
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from app.settings import Settings

log = structlog.get_logger()

ACTORS: dict[str, str] = {
    "run_import": "imports",
    "sweep_imports": "sweeps",
    "run_export": "exports",
    "sweep_exports": "sweeps",
    "run_bulk": "bulks",
    "sweep_bulks": "sweeps",
    "run_recount": "recounts",
    "sweep_recounts": "sweeps",
    "sweep_attachments": "sweeps",
    "rebuild_vocabulary": "vocabulary",
    "learn_suggestions": "learning",
    "chase_deadlines": "deadlines",
    "retime_cases": "deadlines",
    "remind_road_maps": "deadlines",
    "settle_duplicates": "duplicates",
    "sweep_duplicates": "duplicates",
    "learn_thresholds": "duplicates",
    "watch_growth": "growth",
    "project_audit": "audit",
    "sweep_audit": "audit",
    "project_notices": "notices",
    "sweep_notices": "notices",
    "send_letters": "letters",
    "enrich_cases": "enrichment",
    "revisit_cases": "enrichment",
    "find_friction": "friction",
    "find_problems": "problems",
    "tidy_problems": "problems",
}
"""Actor → queue; a contract test holds it against the workers."""


@cache
def _broker(url: str, namespace: str) -> RedisBroker:
    return RedisBroker(  # type: ignore[no-untyped-call]
        url=url,
        namespace=namespace,
        socket_timeout=5,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 0),  # a person waits, and the sweeper asks again anyway
    )


def queue_namespace(settings: Settings) -> str:
    """Installations that share a Redis have queues of their own, as they have indexes."""
    return f"{settings.index_prefix}dramatiq"


async def ring(settings: Settings, actor: str, *args: str) -> bool:
    """Asks a worker to run `actor`; False where Redis is away and the sweeper will do it later."""
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=ACTORS[actor], actor_name=actor, args=args, kwargs={}, options={}
    )
    broker = _broker(settings.redis_url.get_secret_value(), queue_namespace(settings))
    try:
        await run_sync(broker.enqueue, message)
    except (RedisError, dramatiq.errors.BrokerConnectionError) as error:
        log.warning("queue_away", actor=actor, error=type(error).__name__)
        return False
    return True
