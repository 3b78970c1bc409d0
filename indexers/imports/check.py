"""The dry run: counts what a load would do and writes no case."""

from app.engine.client import Engine
from app.intake.models import Counts
from indexers import cases
from indexers.imports.chunk import ChunkResult
from indexers.imports.prepare import Prepared
from indexers.imports.source import PreparedChunk


class ChunkChecker:
    """Takes the chunks of one file in order; remembers what earlier rows would have written."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._would_hold: dict[str, str] = {}
        """Case id → fingerprint after the rows so far."""

    async def write(self, chunk: PreparedChunk) -> ChunkResult:
        await self._look_up({row.id for row in chunk.prepared} - self._would_hold.keys())
        counts = Counts(rows=chunk.rows, rejected=len(chunk.rejections))
        for row in chunk.prepared:
            counts = counts.plus(self._count(row))
            self._would_hold[row.id] = row.fingerprint
        return ChunkResult(counts, chunk.rejections)

    async def _look_up(self, ids: set[str]) -> None:
        found = await cases.fetch(self._engine, ids, ("source.fingerprint",))
        for case, read in found.items():
            self._would_hold[case] = read.source["source"].get("fingerprint", "")

    def _count(self, row: Prepared) -> Counts:
        held = self._would_hold.get(row.id)
        if held is None:
            return Counts(created=1)
        return Counts(unchanged=1) if held == row.fingerprint else Counts(updated=1)
