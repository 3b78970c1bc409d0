"""Puts what grows now into the problems themselves, so that lists can be ordered by it."""

import structlog
from msgspec.structs import replace

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineSetupError, NotFoundError
from app.growth.service import standing_problems
from app.problems import repository
from app.problems.models import LIVING, Problem

log = structlog.get_logger()

_MOST = 1000
"""Problems that grew at the last look: there are never so many."""


async def mark_growing(engine: Engine) -> int:
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
    for problem_id in sorted({hit["_id"] for hit in marked} | standing):
        changed += await _mark(engine, problem_id, growing=problem_id in standing)
    return changed


async def _mark(engine: Engine, problem_id: str, *, growing: bool) -> bool:
    """False also where cases still name a problem that is no more: they will follow."""
    changed = False

    def decide(problem: Problem) -> Problem:
        nonlocal changed
        now = growing and problem.state in LIVING
        changed = problem.growing != now
        return replace(problem, growing=now)

    try:
        await repository.change(engine, problem_id, decide)
    except NotFoundError:
        log.info("growing_problem_absent", problem_id=problem_id)
        return False
    return changed
