"""Factors of growth of one problem: counted over what the person sees."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.causes.factors import Factor, clear_factors
from app.causes.query import factor_bodies
from app.causes.results import shares
from app.causes.weather import kinds_by_day
from app.engine.client import Engine
from app.engine.names import Index
from app.problems.models import Problem
from app.viewer import Viewer

SECONDS = 3.0
FEWEST_EARLIER = 2


class Factors(Struct, frozen=True):
    clear: list[Factor]
    inside: int
    """Messages of the problem that were looked at."""
    outside: int
    """Others of the theme in the municipality."""
    earlier: int
    """Closed at the same places and of the same theme before the first message; 0 for few."""


async def factors_of(
    engine: Engine, viewer: Viewer | None, problem: Problem, zone: ZoneInfo
) -> Factors:
    bodies = factor_bodies(viewer, problem, datetime.now(UTC), zone.key)
    inside, outside, former = await engine.msearch_in_time(Index.CASES, bodies, SECONDS)
    earlier = int(former["hits"]["total"]["value"])
    return Factors(
        clear=clear_factors(shares(inside, outside, zone, await kinds_by_day(engine))),
        inside=int(inside["hits"]["total"]["value"]),
        outside=int(outside["hits"]["total"]["value"]),
        earlier=earlier if earlier >= FEWEST_EARLIER else 0,
    )
