"""A worker that learns and kills itself at a place given as: function of `indexers.learning.run` or
of `app.suggestions.store`, before or after it.
"""

import asyncio
import inspect
import os
import signal
import sys
from typing import Any

from app.engine.client import Engine
from app.settings import get_settings
from app.suggestions import store
from indexers.learning import run


def _arm(function: str, when: str) -> None:
    holder = run if hasattr(run, function) else store
    original = getattr(holder, function)

    async def dying(*arguments: Any) -> Any:
        result = await original(*arguments)
        _die(when)
        return result

    def dying_at_once(*arguments: Any) -> Any:
        if when == "after":
            original(*arguments)
        _die(when)

    is_slow = inspect.iscoroutinefunction(original)
    setattr(holder, function, dying if is_slow else dying_at_once)


def _die(when: str) -> None:
    print(when, flush=True)  # noqa: T201 - the test reads that it came so far
    os.kill(os.getpid(), signal.SIGKILL)


async def _learn() -> None:
    settings = get_settings()
    engine = Engine(settings)
    try:
        await run.learn_now(engine, settings)
    finally:
        await engine.close()


if __name__ == "__main__":
    _arm(*sys.argv[1:3])
    asyncio.run(_learn())
