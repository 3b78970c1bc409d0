"""The enrichment: cases that wait are found by a query and go through the steps, newest first."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EncoderError
from app.meaning.service import current_meaning, warm
from app.meaning.waiting import DERIVED, VERSION, unlooked, waiting
from app.settings import Settings
from indexers.enrichment import failures
from indexers.enrichment.batch import Batch, Result
from indexers.enrichment.order import STEPS
from indexers.enrichment.steps import Step, Tools

log = structlog.get_logger()

BATCH = 64
"""Cases that go through the steps together."""
_SIDE_BY_SIDE = 2
"""Batches under way: while the model is at one, the engine writes the other."""
_TOGETHER = BATCH * _SIDE_BY_SIDE
_LISTED = 8 * _TOGETHER
"""Cases that are asked for at a time: each asking refreshes the index, and a segment with vectors
is dear to make and to merge.
"""


class Enriched(Struct):
    """Of one call."""

    done: int = 0
    failed: int = 0
    lost: int = 0
    left: bool = False
    """The time was over before the work was."""


async def enrich(
    engine: Engine, settings: Settings, seconds: float, steps: Sequence[Step] = STEPS
) -> Enriched:
    """Works for about `seconds`. Safe in parallel and to repeat; an engine that is away raises
    `EngineUnavailableError`: what was written by then stays.
    """
    ends = time.monotonic() + seconds
    run = _Run(engine, settings, steps)
    await run.prepare()
    while found := await run.next():
        ids, turn = found
        for start in range(0, len(ids), _TOGETHER):
            if time.monotonic() >= ends:
                run.told.left = True
                return run.told
            await run.do(ids[start : start + _TOGETHER], turn)
    return run.told


class _Turn(Struct, frozen=True):
    steps: Sequence[Step]
    version: int
    """`enriched_version` of cases that went through them."""


class _Run:
    def __init__(self, engine: Engine, settings: Settings, steps: Sequence[Step]) -> None:
        self._engine, self._settings = engine, settings
        alone = [step for step in steps if not step.looks_around]
        around = [step for step in steps if step.looks_around]
        self._turns = [_Turn(alone, DERIVED if around else VERSION), _Turn(around, VERSION)]
        self._version: str | None = None
        self._besides: set[str] = set()
        """Not to be taken up in this call: they wait for their next try, or others write them."""
        self.told = Enriched()

    async def prepare(self) -> None:
        self._besides = await failures.paused(self._engine, datetime.now(UTC))
        await self._look_for_model()

    async def _look_for_model(self) -> None:
        """Vectors are asked for only where they can be made now."""
        self._version = None
        try:
            if await warm(self._engine):
                self._version = (await current_meaning(self._engine)).version
        except EncoderError as error:
            log.info("vectors_wait", why=error.message)

    async def next(self) -> tuple[Sequence[str], "_Turn"] | None:
        """The newest cases that wait, as searches see them now, and for what; what is to be derived
        goes before what is to be looked for around.
        """
        await self._engine.refresh(Index.CASES)
        ways = (waiting(self._version, self._besides), unlooked(self._besides))
        for query, turn in zip(ways, self._turns, strict=True):
            if ids := await self._newest(query):
                return ids, turn
        return None

    async def _newest(self, query: dict[str, Any]) -> list[str]:
        body: dict[str, Any] = {
            "size": _LISTED,
            "query": query,
            "sort": [{"created_at": "desc"}, {"id": "asc"}],
            "_source": False,
            "track_total_hits": False,
        }
        hits = (await self._engine.search(Index.CASES, body))["hits"]["hits"]
        return [hit["_id"] for hit in hits]

    async def do(self, ids: Sequence[str], turn: "_Turn") -> None:
        tools = Tools(self._engine, self._settings, datetime.now(UTC))
        parts = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
        batches = [Batch(tools, turn.steps, turn.version).run(part) for part in parts]
        results = await asyncio.gather(*batches, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        await self._take(results, turn)

    async def _take(self, results: Sequence[Any], turn: "_Turn") -> None:
        lacking: set[str] = set()
        for result in results:
            self._count(result, turn)
            lacking |= {one for one, version in result.versions.items() if version != self._version}
        if self._version and (lacking := lacking - self._besides):
            # the model went away under way: these stay found by the next call
            await self._look_for_model()
            self._besides |= lacking

    def _count(self, result: Result, turn: "_Turn") -> None:
        self.told.done += len(result.done) if turn.version == VERSION else 0
        self.told.failed += len(result.failed)
        self.told.lost += len(result.lost)
        self._besides |= result.failed | result.lost
