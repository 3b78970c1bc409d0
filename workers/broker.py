"""The broker every actor is declared on. Import this module before any actor."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from app.jobs import queue_namespace
from app.settings import get_settings

_HEARTBEAT_MS = 30_000
"""A worker silent for this long is taken for dead and its messages are given to another."""


def make_broker() -> RedisBroker:
    settings = get_settings()
    return RedisBroker(  # type: ignore[no-untyped-call]
        url=settings.redis_url.get_secret_value(),
        namespace=queue_namespace(settings),
        heartbeat_timeout=_HEARTBEAT_MS,
    )


broker = make_broker()
dramatiq.set_broker(broker)
