"""Problems by id: made by the indexer, changed by compare-and-set."""

import asyncio
import random
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

import msgspec
from msgspec.structs import replace

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError, NotFoundError
from app.problems.models import Problem, ProblemState

_TRIES = 8
_LONGEST_CHAIN = 50
_PAUSE = 0.1
"""Seconds at most, after two that tie the same problems have met."""
_BUSY = "Эту проблему как раз меняют. Повторите через несколько секунд."

Decide = Callable[[Problem], Problem]
"""The newest problem → as it shall be; called again where a write lost a race."""
Tie = Callable[[Problem, Problem], Problem]
"""The newest of two problems → the first of them as it shall be."""


def to_problem(source: Mapping[str, Any]) -> Problem:
    return msgspec.convert(source, Problem)


def document_of(problem: Problem) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(problem)
    return document


async def get(engine: Engine, problem_id: str) -> Problem | None:
    stored = await engine.get(Index.PROBLEMS, problem_id)
    return to_problem(stored.source) if stored else None


async def get_many(engine: Engine, ids: Collection[str]) -> dict[str, Stored]:
    return await engine.get_many(Index.PROBLEMS, ids)


async def create(engine: Engine, problem: Problem) -> None:
    """`ConflictError` where the id is taken."""
    await writer.create(engine, Index.PROBLEMS, problem.id, document_of(problem), refresh=True)


async def create_once(engine: Engine, problem: Problem) -> None:
    """Nothing where the id is taken: whoever came first has made the same one."""
    with suppress(ConflictError):
        await create(engine, problem)


async def survivor(engine: Engine, problem_id: str) -> Problem:
    """The problem itself, or the one it was merged into, however often: old links lead there.

    Raises `NotFoundError`.
    """
    found = await get(engine, problem_id)
    for _ in range(_LONGEST_CHAIN):
        if found is None:
            break
        if found.state is not ProblemState.MERGED or found.merged_into is None:
            return found
        found = await get(engine, found.merged_into)
    raise NotFoundError("Такой проблемы нет.")


async def change(
    engine: Engine, problem_id: str, decide: Decide, *, refresh: bool = False
) -> Problem:
    """Raises `NotFoundError`, and `ConflictError` where others write it all the time."""
    for _ in range(_TRIES):
        stored = await engine.get(Index.PROBLEMS, problem_id)
        if stored is None:
            raise NotFoundError("Такой проблемы нет.")
        before = to_problem(stored.source)
        after = decide(before)
        if after == before:
            return before
        after = replace(after, rev=before.rev + 1)
        try:
            await writer.replace(engine, stored, document_of(after), refresh=refresh)
        except ConflictError:
            continue
        return after
    raise ConflictError(_BUSY)


async def tie(engine: Engine, gone_id: str, stays_id: str, decide: Tie) -> Problem:
    """Writes the first as `decide` makes it of both, neither having been written since both were
    read. The other is written before it, as it is: whoever ties the two the other way round at this
    moment finds that out, so no merges ever lead in a circle. Raises as `change`.
    """
    for _ in range(_TRIES):
        read = await get_many(engine, (gone_id, stays_id))
        if len(read) < 2:  # noqa: PLR2004 - both of them
            raise NotFoundError("Такой проблемы нет.")
        before, other = (to_problem(read[name].source) for name in (gone_id, stays_id))
        after = decide(before, other)
        if after == before:
            return before
        after = replace(after, rev=before.rev + 1)
        touched = replace(other, rev=other.rev + 1)
        try:
            await writer.replace(engine, read[stays_id], document_of(touched))
            await writer.replace(engine, read[gone_id], document_of(after), refresh=True)
        except ConflictError:
            await asyncio.sleep(random.uniform(0, _PAUSE))  # noqa: S311 - who goes first
            continue
        return after
    raise ConflictError(_BUSY)
