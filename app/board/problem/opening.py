"""A problem by the id in an address."""

from app.engine.client import Engine
from app.errors import NotFoundError
from app.problems.models import Problem
from app.problems.service import ABSENT, open_problem
from app.viewer import Viewer

_LONGEST_ID = 512
"""Octets the engine takes for an id."""


async def opened(engine: Engine, viewer: Viewer, problem_id: str) -> Problem:
    """The problem, or the one it was merged into. `NotFoundError` also where it is not seen."""
    if not 0 < len(problem_id.encode("utf-8", "replace")) <= _LONGEST_ID:
        raise NotFoundError(ABSENT)
    return await open_problem(engine, viewer, problem_id)
