"""When messages after the solution mean that the problem is back: pure."""

from datetime import timedelta

from app.problems.models import Problem, ProblemState
from app.problems.windows import Windows

LONGEST_GRACE = timedelta(days=14)


def grace(problem: Problem, windows: Windows) -> timedelta:
    """Messages about how it was still come for a while: half of what its theme waits for the next
    message, two weeks at most.
    """
    return min(windows.of(problem.theme, problem.group) / 2, LONGEST_GRACE)


def came_back(problem: Problem, windows: Windows) -> bool:
    if problem.state is not ProblemState.SOLVED or not problem.solved_at or not problem.last_at:
        return False
    return problem.last_at > problem.solved_at + grace(problem, windows)
