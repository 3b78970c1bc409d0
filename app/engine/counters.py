"""Human numbers: taken from a counter document in blocks, so an import asks once a chunk."""

import random

import anyio

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError

_TRIES = 50
_LONGEST_PAUSE = 0.05
"""Seconds a loser waits at most: of fifty that ask at once each finds its moment."""
CASE_NUMBERS = "case-number"


async def take_block(engine: Engine, counter: str, size: int) -> range:
    """Reserves `size` consecutive values for the caller alone, starting from 1.

    A block that was taken and not used leaves a gap; a value is never given twice.
    """
    for _ in range(_TRIES):
        read = await engine.get(Index.COUNTERS, counter)
        try:
            if read is None:
                await writer.create(engine, Index.COUNTERS, counter, {"value": size})
                return range(1, size + 1)
            last = int(read.source["value"])
            await writer.replace(engine, read, {"value": last + size})
        except ConflictError:
            await anyio.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 - no secret
            continue
        return range(last + 1, last + size + 1)
    raise ConflictError("Не удалось получить номера: слишком многие просят их сразу. Повторите.")
