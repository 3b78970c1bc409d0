"""A file with a whole result: what was asked, and how far it came."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from app.viewer import Viewer


class ExportFormat(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


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


class ExportJob(Struct, frozen=True, kw_only=True):
    """One export (выгрузка) from the button to the file's end."""

    id: str
    state: ExportState
    format: ExportFormat
    pairs: list[tuple[str, str]]
    """The question, filters and order as the address of the search has them, without a page."""
    viewer: Viewer
    """Who asked: the file holds what this person may see, and nobody else may take it."""
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    total: int | None = None
    """Cases found when the file was begun; None until then."""
    done: int = 0
    file_size: int = 0
    error: str | None = None
    """A Russian sentence, where the state is `failed`."""
    trouble: str | None = None
    """What holds the export up for now, as a Russian sentence; it goes on by itself."""
    cancel_requested: bool = False
    lease_owner: str | None = None
    lease_until: datetime | None = None
