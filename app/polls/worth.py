"""What is worth a vote: many different authors, nothing in work yet, or divided demands."""

from asyncio import gather
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index
from app.permissions import Permission
from app.polls.query import mapped_body, worth_body
from app.polls.seen import SeenProblem, seen_problems
from app.problems.models import ProblemState
from app.viewer import Viewer, require

PERIOD_DAYS = 180
MOST_AUTHORS, DIVIDED_AUTHORS = 10, 5
"""Distinct authors from which it is offered, and from which where they ask for different things."""
LEAST_SIDE, SIDE_SHARE = 3, 0.15
"""Messages a side must have, and of all that name a side."""
_MOST = 100
_SHOWN = 10
_DONE = frozenset({ProblemState.IN_WORK, ProblemState.SOLVED, ProblemState.MERGED})


class Worth(Struct, frozen=True):
    """`problem` is None for a theme."""

    theme: str | None
    problem: SeenProblem | None
    messages: int
    authors: int
    against: int
    wanted: int

    @property
    def divided(self) -> bool:
        least = min(self.against, self.wanted)
        return least >= max(LEAST_SIDE, SIDE_SHARE * (self.against + self.wanted))

    @property
    def is_worth(self) -> bool:
        return self.authors >= (DIVIDED_AUTHORS if self.divided else MOST_AUTHORS)


async def worth_a_vote(
    engine: Engine, viewer: Viewer | None, now: datetime
) -> tuple[list[Worth], list[Worth]]:
    """Problems without a road map that nobody works on yet, and themes; most authors first.

    Counted over the cases the person sees, confirmed duplicates once. Raises `ForbiddenError`.
    """
    who, since = require(viewer, Permission.PROBLEM_VIEW), now - timedelta(days=PERIOD_DAYS)
    by_problem, by_theme = await gather(
        _groups(engine, who, since, "problem.id"),
        _groups(engine, who, since, "classifier.im_theme"),
    )
    problems = await seen_problems(engine, who, list(by_problem))
    mapped = await _mapped(engine, list(problems))
    listed = [
        _worth(by_problem[one.id], one.theme, one)
        for one in problems.values()
        if one.state not in _DONE and one.id not in mapped
    ]
    themes = [_worth(group, theme, None) for theme, group in by_theme.items()]
    return _best(listed), _best(themes)


async def _mapped(engine: Engine, ids: list[str]) -> set[str]:
    if not ids:
        return set()
    found = (await engine.search(Index.ROAD_MAPS, mapped_body(ids)))["aggregations"]
    return {str(one["key"]) for one in found["problems"]["buckets"]}


async def _groups(
    engine: Engine, viewer: Viewer, since: datetime, field: str
) -> dict[str, Mapping[str, Any]]:
    found = await engine.search(Index.CASES, worth_body(viewer, since, field, _MOST))
    return {one["key"]: one for one in found["aggregations"]["groups"]["buckets"]}


def _worth(group: Mapping[str, Any], theme: str | None, problem: SeenProblem | None) -> Worth:
    sides = group["sides"]["buckets"]
    return Worth(
        theme,
        problem,
        group["doc_count"],
        group["authors"]["value"],
        sides["against"]["doc_count"],
        sides["wanted"]["doc_count"],
    )


def _best(found: list[Worth]) -> list[Worth]:
    wanted = [one for one in found if one.is_worth]
    return sorted(wanted, key=lambda one: (-one.divided, -one.authors, -one.messages))[:_SHOWN]
