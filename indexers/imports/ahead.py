"""Prepares the next chunk while the last is being written: in a thread or in a process.

Preparing takes half of an import's time and holds the interpreter's lock, so a large file gets a
process of its own: with it, and with bulks side by side, 100,000 rows load at 2,120 rows/s on
2 cores, at 1,570 without either. It costs half a second to start, which a small file would not
earn back.
"""

import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, Protocol

import msgspec
from anyio.to_thread import run_sync

from app.settings import ROOT
from indexers.imports.source import Order, PreparedChunk, chunks

WORTH_A_PROCESS = 5_000
"""Rows from which a process of its own pays."""
PROGRAM = "indexers.imports.ahead"
_LENGTH = struct.Struct("<Q")
_decoder = msgspec.msgpack.Decoder(PreparedChunk)
_encoder = msgspec.msgpack.Encoder()


class PreparingDiedError(RuntimeError):
    """The process is gone, with no more said than that; the import goes on from its checkpoint."""


class Ahead(Protocol):
    async def next(self) -> PreparedChunk | None:
        """The next chunk in the order of the file; None at its end."""


class _InThread:
    def __init__(self, order: Order) -> None:
        self._chunks = chunks(order)

    async def next(self) -> PreparedChunk | None:
        return await run_sync(next, self._chunks, None)


class _InProcess:
    def __init__(self, output: IO[bytes]) -> None:
        self._output = output

    async def next(self) -> PreparedChunk | None:
        return await run_sync(self._read)

    def _read(self) -> PreparedChunk | None:
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        return _decoder.decode(self._exactly(length)) if length else None

    def _exactly(self, size: int) -> bytes:
        content = self._output.read(size)
        if len(content) < size:
            raise PreparingDiedError("the preparing process ended before the file did")
        return content


@asynccontextmanager
async def prepared_ahead(order: Order, rows: int) -> AsyncIterator[Ahead]:
    """`rows` is the size of the table: it decides where the work is done."""
    if rows < WORTH_A_PROCESS:
        yield _InThread(order)
        return
    process = subprocess.Popen(  # noqa: ASYNC220 - starting is quick; reading is in a thread
        [sys.executable, "-m", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    if process.stdin is None or process.stdout is None:
        raise PreparingDiedError("no pipes to the preparing process")
    try:
        with process.stdin as orders:
            orders.write(_encoder.encode(order))
        yield _InProcess(process.stdout)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def serve(orders: IO[bytes], output: IO[bytes]) -> None:
    """The process: one order in, its chunks out, a length before each, a zero at the end.

    The pipe holds it back to a chunk ahead, and breaks when whoever asked is gone.
    """
    order = msgspec.msgpack.decode(orders.read(), type=Order)
    for chunk in chunks(order):
        content = _encoder.encode(chunk)
        output.write(_LENGTH.pack(len(content)) + content)
        output.flush()
    output.write(_LENGTH.pack(0))
    output.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
