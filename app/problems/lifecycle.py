"""What other parts ask of problems: opened for a person, followed where merged, moved on."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import structlog
from msgspec.structs import replace

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import NotFoundError, RefusedError
from app.problems import repository
from app.problems.access import may_see
from app.problems.models import LIVING, Act, Problem, ProblemState
from app.viewer import Viewer

log = structlog.get_logger()

_LONGEST_CHAIN = 20
_ABSENT = "Такой проблемы нет, или она вам не видна."
NEAR = 0.4
"""Cosine of centred middles from which a solved problem of another theme is called similar."""


async def open_problem(engine: Engine, viewer: Viewer | None, problem_id: str) -> Problem:
    """The problem, or the one that took it in. Raises `NotFoundError` also for a hidden one."""
    found = await repository.survivor(engine, problem_id)
    if not may_see(viewer, found):
        raise NotFoundError(_ABSENT)
    return found


async def survivors(engine: Engine, ids: Collection[str]) -> dict[str, Problem]:
    """By the id that was asked for: the problem, or the one it was merged into."""
    known: dict[str, Problem] = {}
    wanted = set(ids)
    for _ in range(_LONGEST_CHAIN):
        read = await repository.get_many(engine, wanted - set(known))
        known |= {name: repository.to_problem(one.source) for name, one in read.items()}
        wanted = {one.merged_into for one in known.values() if one.merged_into} - set(known)
        if not wanted:
            break
    found = {name: _last(known, name) for name in ids}
    return {name: one for name, one in found.items() if one}


def _last(known: dict[str, Problem], name: str) -> Problem | None:
    found = known.get(name)
    for _ in range(_LONGEST_CHAIN):
        if found is None or found.merged_into is None:
            return found
        found = known.get(found.merged_into)
    return None


async def begin_work(engine: Engine, problem_id: str, by: str, now: datetime) -> Problem:
    """A road map was begun: the problem is in work."""

    def decide(one: Problem) -> Problem:
        if one.state not in LIVING or one.state is ProblemState.IN_WORK:
            return one
        return _moved(one, ProblemState.IN_WORK, Act(now, by, "work_begun"))

    return await repository.change(engine, problem_id, decide, refresh=True)


async def mark_solved(engine: Engine, problem_id: str, by: str, now: datetime) -> Problem:
    """Raises `RefusedError` for one that was merged or is empty."""

    def decide(one: Problem) -> Problem:
        if one.state not in LIVING:
            raise RefusedError("Этой проблемы больше нет: её объединили с другой или разобрали.")
        if one.state is ProblemState.SOLVED:
            return one
        return replace(_moved(one, ProblemState.SOLVED, Act(now, by, "solved")), solved_at=now)

    return await repository.change(engine, problem_id, decide, refresh=True)


async def mark_returned(engine: Engine, problem_id: str, now: datetime) -> Problem:
    """Messages came again: only a solved problem returns, whoever else wrote it meanwhile."""

    def decide(one: Problem) -> Problem:
        if one.state is not ProblemState.SOLVED:
            return one
        return _moved(one, ProblemState.RETURNED, Act(now, "system", "returned"))

    return await repository.change(engine, problem_id, decide, refresh=True)


def _moved(one: Problem, state: ProblemState, act: Act) -> Problem:
    return replace(one, state=state, acts=[*one.acts, act])


async def solved_since(
    engine: Engine, after: list[Any] | None, size: int
) -> tuple[list[Problem], list[Any] | None]:
    """A page of solved problems, those with the newest messages first; where the next begins."""
    body: dict[str, Any] = {
        "query": {"term": {"state": ProblemState.SOLVED}},
        "size": size,
        "sort": [{"last_at": "desc"}, {"id": "asc"}],
    }
    hits = (await engine.search(Index.PROBLEMS, body | _after(after)))["hits"]["hits"]
    found = [repository.to_problem(hit["_source"]) for hit in hits]
    return found, hits[-1]["sort"] if len(hits) == size else None


def _after(place: list[Any] | None) -> dict[str, Any]:
    return {"search_after": place} if place else {}


async def nearest(
    engine: Engine, problem: Problem, among: Collection[str], most: int
) -> list[tuple[str, float]]:
    """Ids of those `among` whose middle points the same way, with the cosine, the nearest first."""
    if problem.centroid is None or not among:
        return []
    same = [{"terms": {"id": sorted(among)}}, {"term": {"emb_ver": problem.emb_ver or ""}}]
    knn = {
        "field": "centroid",
        "query_vector": problem.centroid,
        "k": most,
        "num_candidates": max(most * 5, 100),
        "filter": {"bool": {"filter": same, "must_not": [{"term": {"id": problem.id}}]}},
    }
    answer = await engine.search(Index.PROBLEMS, {"knn": knn, "size": most, "_source": False})
    return [(hit["_id"], 2 * float(hit["_score"]) - 1) for hit in answer["hits"]["hits"]]
