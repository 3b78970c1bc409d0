"""Prepared rows to cases, a chunk at a time, each followed by a checkpoint."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
from anyio.to_thread import run_sync

from app.intake.models import Checkpoint, Rejection
from indexers.imports.ahead import Ahead
from indexers.imports.chunk import ChunkResult
from indexers.imports.source import PreparedChunk

_encoder = msgspec.json.Encoder()

Write = Callable[[PreparedChunk], Awaitable[ChunkResult]]
Saved = Callable[[Checkpoint, PreparedChunk, Sequence[Rejection]], Awaitable[None]]


class Loader:
    """`write` stores a chunk; `saved` keeps the checkpoint after it, with what was rejected."""

    def __init__(self, *, rejects_file: Path, write: Write, saved: Saved) -> None:
        self._rejects_file = rejects_file
        self._write = write
        self._saved = saved

    async def run(self, start: Checkpoint, ahead: Ahead) -> Checkpoint:
        """Goes on from `start`; rejects written after it by a run that died are cut off."""
        checkpoint = start
        await run_sync(self._cut_rejects, start.rejects_size)
        chunk = await ahead.next()
        while chunk is not None:
            result, coming = await asyncio.gather(self._write(chunk), ahead.next())
            size = await run_sync(self._add_rejects, result.rejections)
            counts = checkpoint.counts.plus(result.counts)
            checkpoint = Checkpoint(chunk.next_offset, size, counts)
            await self._saved(checkpoint, chunk, result.rejections)
            chunk = coming
        return checkpoint

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
