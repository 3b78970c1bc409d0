"""What the page of a problem and the API read of it."""

from asyncio import gather
from typing import Any
from zoneinfo import ZoneInfo

from app.board.problem.params import PAGE, CasesParams
from app.board.problem.query import (
    SIMILAR,
    cases_body,
    examples_body,
    facts_body,
    named_body,
    similar_body,
)
from app.board.problem.results import (
    CasesPage,
    Facts,
    read_cases,
    read_streets,
    read_told,
)
from app.board.results import Row, problems_in
from app.board.service import grown_of_problems, rows_of
from app.engine.client import Engine
from app.engine.names import Index
from app.problems.models import Problem
from app.viewer import Viewer

_FOUND = 10


async def read_facts(engine: Engine, problem: Problem, viewer: Viewer, zone: ZoneInfo) -> Facts:
    counts, examples, similar, grown = await gather(
        engine.search(Index.CASES, facts_body(problem.id, viewer, zone)),
        engine.search(Index.CASES, examples_body(problem, viewer)),
        read_similar(engine, problem, viewer, zone),
        grown_of_problems(engine, [problem], viewer, zone),
    )
    return Facts(
        told=read_told(counts),
        streets=read_streets(counts),
        placeless=int(counts["aggregations"]["placeless"]["doc_count"]),
        examples=read_cases(examples).rows,
        similar=similar,
        grown=grown.get(problem.id),
    )


async def read_cases_of(
    engine: Engine, problem_id: str, viewer: Viewer, params: CasesParams, size: int = PAGE
) -> CasesPage:
    return read_cases(
        await engine.search(Index.CASES, cases_body(problem_id, viewer, params, size))
    )


async def read_similar(
    engine: Engine, problem: Problem, viewer: Viewer, zone: ZoneInfo
) -> list[Row]:
    """Those of the same theme first, then by nearness."""
    found = problems_in(await engine.search(Index.PROBLEMS, similar_body(problem, viewer)))
    found.sort(key=lambda one: one.theme != problem.theme)
    return await rows_of(engine, found[:SIMILAR], viewer, zone)


async def look_for(
    engine: Engine, problem: Problem, words: str, viewer: Viewer, zone: ZoneInfo
) -> list[Row]:
    """Others by words of their names, by address or id; without words, similar ones."""
    if not words:
        return await read_similar(engine, problem, viewer, zone)
    body: dict[str, Any] = named_body(words, problem, viewer, _FOUND)
    found = problems_in(await engine.search(Index.PROBLEMS, body))
    return await rows_of(engine, found, viewer, zone)
