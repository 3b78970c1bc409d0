"""What the state of the installation consists of."""

from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct

from app.engine.names import Index
from app.meaning.models import Encoder
from app.notices.results import Letters


class Check(Struct, frozen=True):
    """One thing that must be in order; `code` is for programs, `note` for people."""

    name: str
    title: str
    ok: bool
    code: str
    note: str


class IndexState(Struct, frozen=True):
    """`live_version` and `documents` are None where the index is missing."""

    index: Index
    wanted_version: int
    live_version: int | None
    documents: int | None
    octets: int | None = None
    """Disk space of one copy of the data."""

    @property
    def code(self) -> str:
        if self.live_version is None:
            return "missing"
        return "ok" if self.live_version == self.wanted_version else "other_version"


class RebuildPhase(StrEnum):
    """In their order. Each may be begun again after an interruption."""

    PREPARING = "preparing"
    COPYING = "copying"
    FOLLOWING = "following"
    """Copies what was written meanwhile, until hardly anything is left."""
    COMPARING = "comparing"
    SWITCHING = "switching"
    DONE = "done"


class Rebuild(Struct, frozen=True, kw_only=True):
    """The last rebuild of an index, running or not."""

    index: Index
    source: str
    target: str
    phase: RebuildPhase
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None = None
    position: int = -1
    """All writes of the source up to this sequence number stand in the target."""
    copied: int = 0
    total: int = 0
    repaired: int = 0
    """Documents written once more: changed while the rebuild ran, or found different."""
    pause_ms: int = 0
    """How long writes waited for the switch."""
    source_dropped: bool = False
    """The old index was deleted by command."""
    owner: str | None = None
    lease_until: datetime | None = None
    error: str | None = None
    """Why the last try stopped, as a Russian sentence."""

    @property
    def running(self) -> bool:
        return self.lease_until is not None and self.lease_until > datetime.now(UTC)

    def line(self) -> str:
        """The last line of `otklik rebuild`, which scripts read."""
        return f"copied {self.copied} repaired {self.repaired} swapped {self.target}"


class Backlog(Struct, frozen=True):
    """Work that waits: what workers have or should have, and what waits for a person."""

    imports: int
    decisions: int
    """Imports that wait for a person."""
    exports: int
    bulks: int
    """Acts on many cases."""
    audit: int
    """Cases the journal has not caught up with."""
    reminders: int
    """Cases whose reminder is late: where there are any, nobody chases deadlines."""
    notices: int
    """Cases that people have not been told of yet."""
    letters: Letters


class WorkerNote(Struct, frozen=True):
    """What the worker of the enrichment said when it last went through."""

    at: datetime
    encoder: Encoder
    """Of its own process."""


class EnrichmentFailure(Struct, frozen=True):
    """A case that some step could not do."""

    number: str
    why: str
    next_at: str
    """When it is tried again."""


class EnrichmentState(Struct, frozen=True):
    """Cases that wait for what a machine adds."""

    unfinished: int
    without_vectors: int | None
    """None where there is no model to make any."""
    failed: int
    unplaced: int
    """Could not be looked at for a problem."""
    examples: list[EnrichmentFailure]
    """The last of both."""


class MeaningState(Struct, frozen=True):
    encoder: Encoder
    """Of the process that says this."""
    unanswered: int
    """Questions of this process that were answered by words alone, though the model is on."""
    enrichment: EnrichmentState | None
    """None where the engine cannot say."""
    worker: WorkerNote | None


class Reading(Struct, frozen=True):
    """What Prometheus is told at one moment; None where the service is silent."""

    checks: tuple[Check, ...]
    cases_due: int | None
    lines_waiting: int | None
    reminders: int | None
    """Cases whose reminder is late."""
    letters: int | None
    """Letters that should have gone by now."""
    meaning: MeaningState


class SystemState(Struct, frozen=True):
    checks: tuple[Check, ...]
    indexes: tuple[IndexState, ...]
    rebuild: Rebuild | None = None
    backlog: Backlog | None = None
    """None where the engine is silent or an index of jobs is missing."""
    lines_waiting: int | None = None
    """Lines of the journal that wait in Redis for the engine; None where Redis is silent."""
    meaning: MeaningState | None = None
    chased_at: datetime | None = None
    """When the chase last went through; None where nobody knows."""

    @property
    def ready(self) -> bool:
        return all(check.ok for check in self.checks)
