"""A change of the book of deadlines on its way: what it would move, whether people want it, what
it moved.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from app.cases.recounting import Move
from app.deadlines.models import Book
from app.engine.jobs import Job

AT_ONCE = 10_000
"""Up to so many open cases are looked through while the person waits; more go to a worker."""
SHOWN = 300
"""Cases that are kept as rows, the newly overdue ones first; all of them are counted."""


class RecountState(StrEnum):
    COUNTING = "counting"
    """What would move is being found out."""
    READY = "ready"
    """Nothing is changed yet: people decide."""
    APPLYING = "applying"
    DONE = "done"
    OUTDATED = "outdated"
    """The book was changed by somebody else first, so nothing of this was done."""


BUSY_STATES = frozenset({RecountState.COUNTING, RecountState.APPLYING})
"""A worker has, or should have, the change in hand."""


class Tally(Struct, frozen=True, omit_defaults=True):
    """Open cases looked through, and what of them moves or moved."""

    checked: int = 0
    moves: int = 0
    earlier: int = 0
    overdue: int = 0
    """Made late by the change itself."""
    reminders: int = 0
    """Only the next reminder moves."""
    meanwhile: int = 0
    """Of `moves`: changed by somebody after the preview, so counted from their newest state."""
    failed: int = 0
    """Unreadable, or not taken by the engine; one that is changed meanwhile is counted twice."""
    rows: list[Move] = field(default_factory=list)

    @property
    def later(self) -> int:
        return self.moves - self.earlier

    def with_move(self, move: Move, now: datetime, *, meanwhile: bool = False) -> "Tally":
        late = move.overdue_by(now)
        return replace(
            self,
            moves=self.moves + 1,
            earlier=self.earlier + (move.becomes < move.was),
            overdue=self.overdue + late,
            meanwhile=self.meanwhile + meanwhile,
            rows=self._rows_with(move, late=late),
        )

    def _rows_with(self, move: Move, *, late: bool) -> list[Move]:
        """The newly overdue first, in the order they came, and no more than are shown."""
        place = self.overdue if late else len(self.rows)
        if place >= SHOWN:
            return self.rows
        return [*self.rows[:place], move, *self.rows[place:]][:SHOWN]


class Recount(Job, frozen=True, kw_only=True):
    state: RecountState
    created_by: str
    told: str
    """«порядок расчёта «…»»: what is changed."""
    code: str
    """Of the entry of the book."""
    version: int
    """Of the book that the change was made from."""
    was: Book
    wanted: Book
    open: int
    """Open cases there were when it began."""
    preview: Tally = Tally()
    previewed_at: datetime | None = None
    moves: bool = True
    """False: only for new cases, open ones keep their due moments."""
    applied_by: str | None = None
    applied_at: datetime | None = None
    cursor: str = ""
    """The last case that was done; what follows it is done again after a crash, once."""
    late: bool = False
    """The second round: what was entered or changed by processes that had the old book."""
    result: Tally = Tally()
