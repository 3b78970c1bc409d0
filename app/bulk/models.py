"""One act on many cases: what is to be done, with which, and what came of each."""

from enum import StrEnum

from msgspec import field

from app.cases.rows import RowResult
from app.engine.jobs import Job
from app.viewer import Viewer

MOST = 1000
"""Cases of one act."""
AT_ONCE = 50
"""Up to so many are done while the person waits; more go to a worker."""
ACTIONS = ("assign", "classify", "set_importance", "set_profile")
"""What can be done to many cases at once."""


class BulkState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


BUSY_STATES = frozenset({BulkState.QUEUED, BulkState.RUNNING})
"""A worker has, or should have, the act in hand."""


class BulkJob(Job, frozen=True, kw_only=True):
    state: BulkState
    action: str
    given: dict[str, str]
    """Fields of the action as they were typed; read again with each run."""
    ids: list[str]
    viewer: Viewer
    """Who asked: each case is changed with this person's rights and in this person's name."""
    rows: list[RowResult] = field(default_factory=list)

    @property
    def created_by(self) -> str:
        return self.viewer.name
