"""The present for work that takes minutes: as it was given at the beginning, and going on."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """`start` is for tests; without it the real present."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime.now(UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)
