"""Human numbers: taken from a counter document in blocks, so an import asks once a chunk."""

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError

_TRIES = 50
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
            continue
        return range(last + 1, last + size + 1)
    raise ConflictError("Не удалось получить номера: слишком много загрузок сразу. Повторите.")
