"""What is worth a vote: many different authors, nothing in work yet, or divided demands."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from anyio.to_thread import run_sync
from msgspec import Struct, field
from msgspec.structs import replace

from app.engine.client import Engine
from app.engine.names import Index
from app.permissions import Permission
from app.polls.query import asking_body, mapped_body, worth_body
from app.polls.seen import SeenProblem, seen_problems
from app.polls.sides import LEAST_SIDE, Division, Said, divisions
from app.problems.models import ProblemState
from app.viewer import Viewer, require

PERIOD_DAYS = 180
MOST_AUTHORS, DIVIDED_AUTHORS = 10, 5
"""Distinct authors from which it is offered, and from which where they ask for opposite things."""
_MOST = 100
_MOST_READ = 15
"""Problems, and themes, whose messages are read for what they ask: those of the most authors."""
_SHOWN = 10
_DONE = frozenset({ProblemState.IN_WORK, ProblemState.SOLVED, ProblemState.MERGED})
_PROBLEM, _THEME = "problem.id", "classifier.im_theme"


class Worth(Struct, frozen=True):
    """`problem` is None for a theme."""

    theme: str | None
    problem: SeenProblem | None
    messages: int
    authors: int
    asking: int
    """Messages that may ask for something: they hold a word that every demand has one of."""
    divisions: list[Division] = field(default_factory=list)

    @property
    def divided(self) -> bool:
        return bool(self.divisions)

    @property
    def may_be_divided(self) -> bool:
        return self.authors >= DIVIDED_AUTHORS and self.asking >= 2 * LEAST_SIDE

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
        _groups(engine, who, since, _PROBLEM), _groups(engine, who, since, _THEME)
    )
    problems = await seen_problems(engine, who, list(by_problem))
    mapped = await _mapped(engine, list(problems))
    listed = [
        _worth(by_problem[one.id], one.theme, one)
        for one in problems.values()
        if one.state not in _DONE and one.id not in mapped
    ]
    themes = [_worth(group, theme, None) for theme, group in by_theme.items()]
    read = [await _with_divisions(engine, who, since, one) for one in (listed, themes)]
    return _best(read[0]), _best(read[1])


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
    return Worth(
        theme,
        problem,
        group["doc_count"],
        group["authors"]["value"],
        group["asking"]["doc_count"],
    )


async def _with_divisions(
    engine: Engine, viewer: Viewer, since: datetime, found: Sequence[Worth]
) -> list[Worth]:
    order = sorted(found, key=lambda one: (-one.authors, -one.messages))
    read = [one for one in order if one.may_be_divided][:_MOST_READ]
    asked = await gather(*(_said(engine, viewer, since, one) for one in read))
    divided = await run_sync(lambda: [divisions(one) for one in asked])
    others = [one for one in found if one not in read]
    return [
        *(replace(one, divisions=its) for one, its in zip(read, divided, strict=True)),
        *others,
    ]


async def _said(engine: Engine, viewer: Viewer, since: datetime, one: Worth) -> list[Said]:
    field, value = (_PROBLEM, one.problem.id) if one.problem else (_THEME, one.theme or "")
    answer = await engine.search(Index.CASES, asking_body(viewer, since, field, value))
    return [
        Said(
            hit["_id"],
            (source.get("author") or {}).get("key") or "",
            "\n".join(filter(None, (source.get("title"), source["text"]))),
        )
        for hit in answer["hits"]["hits"]
        for source in [hit["_source"]]
    ]


def _best(found: list[Worth]) -> list[Worth]:
    wanted = [one for one in found if one.is_worth]
    return sorted(wanted, key=lambda one: (-one.divided, -one.authors, -one.messages))[:_SHOWN]
