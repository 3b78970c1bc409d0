"""A file with a whole result: what was asked, and how far it came."""

from enum import StrEnum

from app.engine.jobs import Job
from app.viewer import Viewer


class ExportFormat(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


class ExportKind(StrEnum):
    CASES = "cases"
    JOURNAL = "journal"
    PROBLEMS = "problems"


class ExportState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """The file was kept its time and is gone."""


BUSY_STATES = frozenset({ExportState.QUEUED, ExportState.RUNNING})
"""A worker has, or should have, the export in hand."""

ENDED_STATES = frozenset({ExportState.DONE, ExportState.FAILED, ExportState.CANCELLED})
"""Nothing more happens until the time of the file is over."""


class ExportJob(Job, frozen=True, kw_only=True):
    """One export (выгрузка) from the button to the file's end."""

    state: ExportState
    format: ExportFormat
    kind: ExportKind = ExportKind.CASES
    pairs: list[tuple[str, str]]
    """The question, filters and order as the address of the list has them, without a page."""
    viewer: Viewer
    """Who asked: the file holds what this person may see, and nobody else may take it."""
    total: int | None = None
    """Rows found when the file was begun; None until then."""
    done: int = 0
    file_size: int = 0

    @property
    def created_by(self) -> str:
        return self.viewer.name
