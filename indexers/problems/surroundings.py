"""Reads what the messages of one batch may join: open problems and messages that stayed alone."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.problems import query, repository
from app.problems.gathering import VECTOR_FIELDS, arrival_of, gathered_of
from app.problems.query import PAGE, Reach
from app.problems.register import Register
from app.problems.scoring import Arrival, may_join
from app.problems.windows import longest_window, window
from indexers import cases

Body = dict[str, Any]


async def register_for(
    engine: Engine, arrivals: Sequence[Arrival]
) -> tuple[Register, dict[str, Stored]]:
    """All that any of `arrivals` may join, and those problems as they are stored."""
    reach = Reach(longest_window())
    for one in arrivals:
        reach.add(one.at, one.municipality, one.street, one.theme)
    stored = {
        hit["_id"]: hit["_source"]
        async for hit in _walk(
            engine, Index.PROBLEMS, lambda after: query.problems_within(reach, after)
        )
    }
    lone = [
        arrival_of(hit["_source"])
        async for hit in _walk(engine, Index.CASES, lambda after: query.lone_within(reach, after))
    ]
    problems = [gathered_of(repository.to_problem(one)) for one in stored.values()]
    worth = _worth_reading(arrivals, lone)
    register = Register(window)
    register.load(problems, await _with_vectors(engine, [one for one in lone if one.id in worth]))
    return register, await repository.get_many(engine, stored)


def _worth_reading(arrivals: Sequence[Arrival], lone: Sequence[Arrival]) -> set[str]:
    """Ids of lone messages that some arrival would join if the texts were the same."""
    trial = Register(window)
    trial.load([], lone)
    return {
        other.founder for one in arrivals for other in trial.candidates(one) if may_join(one, other)
    }


async def _with_vectors(engine: Engine, lone: Sequence[Arrival]) -> list[Arrival]:
    """A message that somebody changed meanwhile is compared as it was: its write is refused."""
    read = await cases.fetch(engine, [one.id for one in lone], VECTOR_FIELDS)
    found = []
    for one in lone:
        source = read[one.id].source if one.id in read else {}
        emb = source.get("emb")
        vector = None if emb is None else np.asarray(emb, np.float32)
        found.append(msgspec.structs.replace(one, vector=vector, emb_ver=source.get("emb_ver")))
    return found


async def _walk(
    engine: Engine, index: Index, body: Callable[[list[Any] | None], Body]
) -> AsyncIterator[Any]:
    after: list[Any] | None = None
    while True:
        hits = (await engine.search(index, body(after)))["hits"]["hits"]
        for hit in hits:
            yield hit
        if len(hits) < PAGE:
            return
        after = hits[-1]["sort"]
