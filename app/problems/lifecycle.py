"""What other parts ask of many problems: followed where merged, found solved, found similar."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from app.engine.client import Engine
from app.engine.names import Index
from app.problems import repository
from app.problems.models import Act, Problem, ProblemState

_LONGEST_CHAIN = 20
_MOST_MERGED = 1_000
_SHOWN = (
    *("id", "rev", "state", "created_at", "founder", "title", "name", "theme", "group"),
    *("municipality", "settlement", "seen_by", "owner", "solved_at", "merged_into"),
)
NEAR = 0.4
"""Cosine of centred middles from which a solved problem of another theme is called similar."""


async def survivors(engine: Engine, ids: Collection[str]) -> dict[str, Problem]:
    """By the id that was asked for: the problem, or the one it was merged into; without its middle,
    its days and whatever else a list does not show.
    """
    known: dict[str, Problem] = {}
    wanted = set(ids)
    for _ in range(_LONGEST_CHAIN):
        read = await engine.get_many(Index.PROBLEMS, wanted - set(known), _SHOWN)
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


async def with_merged(engine: Engine, problem_id: str) -> list[str]:
    """Its id and those of problems that were merged into it, also by way of others."""
    found, newest = [problem_id], [problem_id]
    for _ in range(_LONGEST_CHAIN):
        body = {"query": {"terms": {"merged_into": newest}}, "size": _MOST_MERGED, "_source": False}
        hits = (await engine.search(Index.PROBLEMS, body))["hits"]["hits"]
        newest = [hit["_id"] for hit in hits if hit["_id"] not in found]
        found += newest
        if not newest:
            break
    return found


async def mark_returned(engine: Engine, problem_id: str, now: datetime) -> Problem:
    """Messages came again: only a solved problem returns, whoever else wrote it meanwhile."""

    def decide(one: Problem) -> Problem:
        if one.state is not ProblemState.SOLVED:
            return one
        act = Act(now, "system", "state", {"state": ProblemState.RETURNED.value})
        return replace(one, state=ProblemState.RETURNED, acts=[*one.acts, act])

    return await repository.change(engine, problem_id, decide, refresh=True)


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
