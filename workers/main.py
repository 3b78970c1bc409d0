"""What `otklik work` hands to dramatiq: the broker with every actor declared on it."""

from app.logging import configure_logging
from app.settings import get_settings
from workers.actors import (
    attachments,
    audit,
    bulk,
    deadlines,
    duplicates,
    enrichment,
    exports,
    friction,
    growth,
    imports,
    learning,
    notices,
    problems,
    recounts,
    road_maps,
    vocabulary,
)
from workers.broker import broker

configure_logging(get_settings())

__all__ = [
    "attachments",
    "audit",
    "broker",
    "bulk",
    "deadlines",
    "duplicates",
    "enrichment",
    "exports",
    "friction",
    "growth",
    "imports",
    "learning",
    "notices",
    "problems",
    "recounts",
    "road_maps",
    "vocabulary",
]
