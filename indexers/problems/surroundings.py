"""What the messages of a run may join: open problems and messages that stayed alone, kept in memory
while one worker goes through the messages in the order they came.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import numpy as np
import structlog

from app.engine.client import Engine
from app.engine.names import Index
from app.problems import query, repository
from app.problems.gathering import VECTOR_FIELDS, arrival_of, gathered_of
from app.problems.reach import Covered, Reach, reach_of, ways_of
from app.problems.register import Register
from app.problems.scoring import Arrival, Gathered
from app.problems.windows import Windows
from indexers import cases
from indexers.problems.walking import every_readable

log = structlog.get_logger()

Known = TypeVar("Known", Gathered, Arrival)


class Surroundings:
    """Each street and theme of a town is read once in a stretch of days; what the worker itself
    adds is in the register anyway.
    """

    def __init__(self, engine: Engine, windows: Windows) -> None:
        self._engine = engine
        self._windows = windows
        self.register = Register(windows.of)
        self._covered = Covered()

    async def cover(self, arrivals: Sequence[Arrival]) -> None:
        """Reads all that any of `arrivals` may join and that was not read yet."""
        ways = [way for one in arrivals for way in ways_of(one.municipality, one.street, one.theme)]
        reach = reach_of(ways, [one.at for one in arrivals], self._windows.longest)
        missing = self._covered.lacks(reach)
        if missing is not None:
            await self._read(missing)
            self._covered.add(missing)

    async def _read(self, reach: Reach) -> None:
        known = self.register
        await self._engine.refresh(Index.PROBLEMS)
        problems = [one async for one in self._problems(reach) if one.id not in known.problems]
        lone = [one async for one in self._lone(reach)]
        held = {one.founder for one in [*known.problems.values(), *known.lone.values()]}
        new = [one for one in lone if one.id not in held]
        _put(problems, lambda one: known.load([one]))
        _put(await _with_vectors(self._engine, new), lambda one: known.load([], [one]))

    def _problems(self, reach: Reach) -> AsyncIterator[Gathered]:
        return every_readable(
            self._engine,
            Index.PROBLEMS,
            lambda after: query.problems_within(reach, after),
            lambda source: gathered_of(repository.to_problem(source)),
        )

    def _lone(self, reach: Reach) -> AsyncIterator[Arrival]:
        return every_readable(
            self._engine,
            Index.CASES,
            lambda after: query.lone_within(reach, after),
            arrival_of,
        )


def _put(found: Iterable[Known], put: Callable[[Known], None]) -> None:
    """One that the register cannot take is not there to be joined: the others are."""
    for one in found:
        try:
            put(one)
        except Exception as error:  # noqa: BLE001 - whatever may stand in a document
            kind = type(error).__name__  # what it says may quote a text
            log.error("not_taken_in", document=one.id, error=kind)  # noqa: TRY400


async def _with_vectors(engine: Engine, lone: Sequence[Arrival]) -> list[Arrival]:
    """A message that somebody changed meanwhile is compared as it was: its write is refused."""
    found = []
    for start in range(0, len(lone), query.PAGE):
        part = lone[start : start + query.PAGE]
        read = await cases.fetch(engine, [one.id for one in part], VECTOR_FIELDS)
        found += [_with_vector(one, read[one.id].source if one.id in read else {}) for one in part]
    return found


def _with_vector(one: Arrival, source: Mapping[str, Any]) -> Arrival:
    emb = source.get("emb")
    vector = None if emb is None else np.asarray(emb, np.float32)
    return msgspec.structs.replace(one, vector=vector, emb_ver=source.get("emb_ver"))
