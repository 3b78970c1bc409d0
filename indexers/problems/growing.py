"""Puts what grows now into the problems themselves, so that lists can be ordered by it."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import structlog
from msgspec.structs import replace

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineSetupError, NotFoundError
from app.growth.models import Alarm
from app.growth.service import standing_problems
from app.problems import repository
from app.problems.models import LIVING, Growth, Problem

log = structlog.get_logger()

_MOST = 1000
"""Problems that grew at the last look: there are never so many."""


async def mark_growing(engine: Engine, zone: ZoneInfo) -> int:
    """How many changed. Safe twice and in parallel: each write is a compare-and-set. Nothing where
    the installation was not set up yet.
    """
    body = {"size": _MOST, "_source": False, "query": {"term": {"growing": True}}}
    try:
        standing = await standing_problems(engine)
        marked = (await engine.search(Index.PROBLEMS, body))["hits"]["hits"]
    except EngineSetupError:
        return 0
    changed = 0
    for problem_id in sorted({hit["_id"] for hit in marked} | set(standing)):
        wanted = _growth(standing.get(problem_id), zone)
        changed += await _mark(engine, problem_id, wanted)
    return changed


async def _mark(engine: Engine, problem_id: str, wanted: Growth) -> bool:
    """False also where cases still name a problem that is no more: they will follow."""
    changed = False

    def decide(problem: Problem) -> Problem:
        nonlocal changed
        now = wanted if problem.state in LIVING else Growth()
        changed = problem.growth != now or problem.growing != now.growing
        return replace(problem, growth=now, growing=now.growing)

    try:
        await repository.change(engine, problem_id, decide)
    except NotFoundError:
        log.info("growing_problem_absent", problem_id=problem_id)
        return False
    return changed


def _growth(alarm: Alarm | None, zone: ZoneInfo) -> Growth:
    if alarm is None:
        return Growth()
    since = datetime.combine(alarm.began, time(), zone).astimezone(UTC)
    return Growth(growing=True, seen=alarm.seen, usual=alarm.expected, since=since)
