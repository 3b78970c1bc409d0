"""Tasks in the background of a process, and their end."""

import asyncio
from typing import Any

_AGAIN_SECONDS = 0.2


async def end(task: asyncio.Task[Any]) -> None:
    """Cancels `task` until it is over; raises what it failed by.

    Once is not enough: where what is awaited is ready at that very moment, `asyncio.wait_for` of
    Python 3.11 gives it instead of the cancellation (bpo-37658), and redis-py sends all by it.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_AGAIN_SECONDS)
    if not task.cancelled() and (error := task.exception()):
        raise error
