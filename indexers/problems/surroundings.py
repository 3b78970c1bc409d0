"""What the messages of a run may join: open problems and messages that stayed alone, kept in memory
while one worker goes through the messages in the order they came.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from app.engine.client import Engine
from app.engine.names import Index
from app.problems import query, repository
from app.problems.gathering import VECTOR_FIELDS, arrival_of, gathered_of
from app.problems.query import Reach
from app.problems.register import Register
from app.problems.scoring import Arrival
from app.problems.windows import Windows
from indexers import cases
from indexers.problems.walking import every_hit


class Surroundings:
    """Each street and theme is read once; what the worker itself adds is in the register anyway."""

    def __init__(self, engine: Engine, windows: Windows) -> None:
        self._engine = engine
        self._windows = windows
        self._forget()

    def _forget(self) -> None:
        self.register = Register(self._windows.of)
        self._covered = Reach(self._windows.longest)

    async def cover(self, arrivals: Sequence[Arrival]) -> None:
        """Reads all that any of `arrivals` may join and that was not read yet."""
        reach = Reach(self._windows.longest)
        for one in arrivals:
            reach.add(one.at, one.municipality, one.street, one.theme)
        if reach.reaches_before(self._covered):
            self._forget()
        fresh = reach.beyond(self._covered)
        self._covered.join(reach)
        if fresh is not None:
            await self._read(fresh)

    async def _read(self, reach: Reach) -> None:
        engine, known = self._engine, self.register
        await engine.refresh(Index.PROBLEMS)
        problems = [
            gathered_of(repository.to_problem(hit["_source"]))
            async for hit in every_hit(
                engine, Index.PROBLEMS, lambda after: query.problems_within(reach, after)
            )
        ]
        lone = [
            arrival_of(hit["_source"])
            async for hit in every_hit(
                engine, Index.CASES, lambda after: query.lone_within(reach, after)
            )
        ]
        held = {one.founder for one in [*known.problems.values(), *known.lone.values()]}
        known.load(
            [one for one in problems if one.id not in known.problems],
            await _with_vectors(engine, [one for one in lone if one.id not in held]),
        )


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
