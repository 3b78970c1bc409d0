"""The workers with a clock that a test moves, and a chase in small steps so that kills hit it."""

import os
from datetime import datetime
from pathlib import Path

from indexers.chase import sweep
from workers.actors import deadlines
from workers.main import broker

CLOCK = "OTKLIK_TEST_CLOCK"
"""Variable with the path of a file that holds the present."""


def _moved() -> datetime:
    return datetime.fromisoformat(Path(os.environ[CLOCK]).read_text())


deadlines.now = _moved
sweep.BATCH = 3

__all__ = ["broker"]
