"""What comes in: a row as values of known fields, a file's way through the import, its counts."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from app.cases.codes import Channel, Kind, State
from app.cases.models import Answer, Author, Classifier, Place, Rating, Workflow
from app.engine.jobs import Job


class CaseInput(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A row understood: everything a source says of one case, cleaned.

    Equal inputs have equal fingerprints, whatever the order of the file's columns was.
    """

    system: str
    external_id: str | None = None
    external_number: str | None = None
    kind: Kind
    channel: Channel
    state: State
    received_at: datetime
    text: str
    title: str | None = None
    importance: str | None = None
    registered_at: datetime | None = None
    closed_at: datetime | None = None
    deadline_at: datetime | None = None
    result: str | None = None
    url: str | None = None
    tags: list[str] = field(default_factory=list)
    author: Author = field(default_factory=Author)
    place: Place = field(default_factory=Place)
    classifier: Classifier = field(default_factory=Classifier)
    workflow: Workflow = field(default_factory=Workflow)
    answers: list[Answer] = field(default_factory=list)
    rating: Rating | None = None


class Rejection(Struct, frozen=True):
    """Why a row was not loaded, in words of the person who has to mend the file."""

    row: int
    """The row's number in the file, as a spreadsheet shows it."""
    column: str
    reason: str
    cells: list[str | None] = field(default_factory=list)


class ImportState(StrEnum):
    QUEUED = "queued"
    READING = "reading"
    MAPPING = "mapping"
    """Waits for a person to match the columns."""
    CHECKING = "checking"
    """Dry run: counts what would happen, writes no case."""
    CHECKED = "checked"
    LOADING = "loading"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


WAITING_STATES = frozenset({ImportState.MAPPING, ImportState.CHECKED})
"""A person has to decide."""
ENDED_STATES = frozenset({ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED})
BUSY_STATES = frozenset(set(ImportState) - WAITING_STATES - ENDED_STATES)
"""A worker has, or should have, the job in hand."""


class Counts(Struct, frozen=True):
    """`rows` = `created` + `updated` + `unchanged` + `rejected`, always."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    def plus(self, other: "Counts") -> "Counts":
        return Counts(
            self.rows + other.rows,
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
        )

    def line(self) -> str:
        """The last line of `otklik import`, which scripts read."""
        return (
            f"rows {self.rows} created {self.created} updated {self.updated} "
            f"unchanged {self.unchanged} rejected {self.rejected}"
        )


def import_mark(import_id: str, outcome: str) -> str:
    """What the cases that one import `created` or `updated` are found by (`source.imports`)."""
    return f"{import_id}:{outcome}"


class Checkpoint(Struct, frozen=True):
    """How far the rows are surely written; a restart goes on from here."""

    offset: int = 0
    """Bytes of the rows file already dealt with."""
    rejects_size: int = 0
    """Bytes of the rejects file that belong to those rows."""
    counts: Counts = field(default_factory=Counts)


class TableSummary(Struct, frozen=True):
    """What the reader found in the file, for people."""

    format: str
    sheet: str | None
    sheets: list[str]
    header_row: int
    header: list[str]
    rows: int
    notes: list[str] = field(default_factory=list)


class SavedMapping(Struct, frozen=True):
    """How a table of one's own is read: made in the wizard, kept under a name."""

    columns: dict[str, str] = field(default_factory=dict)
    """Target field → header (repeated headers are numbered: «Дата (2)»)."""
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    """Field (`state`, `channel`, `kind`) → value in the file → our code."""
    defaults: dict[str, str] = field(default_factory=dict)
    """Field → value where the table has no such column."""
    system: str = "table"
    """Name of the source; with `external_id` it is the identity of a row."""


class ImportJob(Job, frozen=True, kw_only=True):
    """A loaded file from upload to the last row."""

    state: ImportState
    profile: str
    """`im`, `heatmap`, `canonical`, the name of a saved one, or `mapped` while it has none."""
    file_name: str
    file_size: int
    file_sha256: str
    created_by: str
    sheet: str | None = None
    mapping: SavedMapping | None = None
    save_as: str | None = None
    dry_run: bool = False
    """Asked for: stop after the check and let a person decide."""
    table: TableSummary | None = None
    found_columns: list[str] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    unknown_values: dict[str, dict[str, int]] = field(default_factory=dict)
    """Field → value met in the file that no rule knows → how often."""
    checkpoint: Checkpoint = field(default_factory=Checkpoint)
    checked: Counts | None = None
    """What the dry run counted."""
    rejected_examples: list[Rejection] = field(default_factory=list)
    phase_started_at: datetime | None = None
    """When the reading, check or load that `state` names began: speed is counted from it."""
    error_code: str | None = None
