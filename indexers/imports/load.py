"""Rows to cases, a chunk at a time: while one is written the next is prepared in a thread."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec
from anyio.to_thread import run_sync
from msgspec import Struct

from app.intake.models import Checkpoint, Rejection
from app.intake.tables import Row, rows
from indexers.imports.chunk import ChunkResult
from indexers.imports.prepare import Prepared, Preparer

CHUNK_ROWS = 1_000
"""About 4 MB of documents: a second of work, so a stop costs a second and progress moves."""

_encoder = msgspec.json.Encoder()


class PreparedChunk(Struct):
    rows: list[Prepared | Rejection]
    next_offset: int


class Loader:
    """Reads the rows file from a checkpoint on; `write` stores a chunk, `saved` its checkpoint."""

    def __init__(
        self,
        *,
        rows_file: Path,
        rejects_file: Path,
        preparer: Preparer,
        write: Callable[[Sequence[Prepared | Rejection]], Awaitable[ChunkResult]],
        saved: Callable[[Checkpoint, Sequence[Rejection]], Awaitable[None]],
    ) -> None:
        self._rows_file = rows_file
        self._rejects_file = rejects_file
        self._preparer = preparer
        self._write = write
        self._saved = saved

    async def run(self, start: Checkpoint) -> Checkpoint:
        """Goes on from `start`; rejects written after it by a run that died are cut off."""
        checkpoint = start
        source = rows(self._rows_file, offset=start.offset)
        await run_sync(self._replay, start.offset)
        await run_sync(self._cut_rejects, start.rejects_size)
        chunk = await run_sync(self._prepare, source)
        while chunk is not None:
            result, coming = await asyncio.gather(
                self._write(chunk.rows), run_sync(self._prepare, source)
            )
            size = await run_sync(self._add_rejects, result.rejections)
            counts = checkpoint.counts.plus(result.counts)
            checkpoint = Checkpoint(chunk.next_offset, size, counts)
            await self._saved(checkpoint, result.rejections)
            chunk = coming
        return checkpoint

    def _prepare(self, source: Iterator[Row]) -> PreparedChunk | None:
        taken = list(islice(source, CHUNK_ROWS))
        if not taken:
            return None
        return PreparedChunk(self._preparer.prepare(taken), taken[-1].next_offset)

    def _replay(self, offset: int) -> None:
        """Rows without an id are told apart by their order, so their count is taken up again."""
        if offset == 0:
            return
        for row in rows(self._rows_file):
            if row.next_offset > offset:
                return
            self._preparer.prepare([row])

    def _cut_rejects(self, size: int) -> None:
        with self._rejects_file.open("ab") as file:
            file.truncate(size)

    def _add_rejects(self, rejections: Sequence[Rejection]) -> int:
        """Returns the file's size; on disk before the checkpoint that counts it."""
        with self._rejects_file.open("ab") as file:
            for rejection in rejections:
                file.write(_encoder.encode(rejection) + b"\n")
            if rejections:
                file.flush()
                os.fsync(file.fileno())
            return file.tell()
