"""How often a single write may also refresh the shard, so that a list shows it at once."""

import time
from collections.abc import Callable


class Allowance:
    """At most `most` in a second, saved up to `most`; beyond it the usual refresh (1 s) serves."""

    def __init__(self, most: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._left = most
        self._at = clock()

    def take(self) -> bool:
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._most)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


REFRESHES = Allowance(5)
"""Of one process: a refresh took 5-40 ms with 300,000 cases, so people's clicks get theirs and a
storm of writes does not."""
