"""An actor of the workers, by module and name, that kills its process before a write to the engine
given by its number; 0 never.
"""

import importlib
import os
import signal
import sys
from typing import Any

from elastic_transport import AsyncTransport

_WRITES = ("/_doc/", "/_create/", "/_bulk")


def _arm(number: int) -> None:
    ask = AsyncTransport.perform_request
    writes = 0

    async def dying(self: AsyncTransport, method: str, target: str, **options: Any) -> Any:
        nonlocal writes
        if method in {"PUT", "POST"} and any(part in target for part in _WRITES):
            writes += 1
            if writes == number:
                os.kill(os.getpid(), signal.SIGKILL)
        return await ask(self, method, target, **options)

    AsyncTransport.perform_request = dying  # type: ignore[method-assign]


if __name__ == "__main__":
    _, module, name, when = sys.argv
    _arm(int(when))
    getattr(importlib.import_module(f"workers.actors.{module}"), name).fn()
