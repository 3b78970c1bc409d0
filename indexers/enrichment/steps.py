"""What a step of the enrichment is: a batch of cases in, what is to be changed in them out.

Two kinds. A step that derives looks at a case alone (its vector, the place its text names). A step
that looks around asks the index: it has its turn when nothing waits to be derived and all is
visible to searches, so two messages of the same second see each other and a large import has its
vectors first. What a step returns is written by
compare-and-set over what it read; a lost race and a crash make it run again, also over cases it has
done: the same result, and nothing done twice elsewhere, is its duty.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from app.engine.client import Engine, Stored
from app.settings import Settings


class Tools(Struct, frozen=True):
    """What a step works with."""

    engine: Engine
    settings: Settings
    now: datetime


class Findings(Struct):
    """What one step found about a batch; a case that is not named stays as it is."""

    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Case id → fields of the document by their top-level names, as JSON has them, None to take one
    away. The whole field: `spot` is replaced, not merged.
    """
    failed: dict[str, str] = field(default_factory=dict)
    """Case id → why this case cannot be done, without a word of its text: kept for people, tried
    again with a pause. Whatever else the steps found about it is written.
    """


Run = Callable[[Tools, Sequence[Stored]], Awaitable[Findings]]
"""`Stored.source` is the whole document with what earlier steps of the same batch found in it; it
must not be changed in place. An exception of the product (`OtklikError`) breaks the batch off and
is tried again by the next minute's sweep; any other is a failure of every case in the batch.
"""


class Step(Struct, frozen=True):
    name: str
    """One English word, for logs and for the record of failures."""
    title: str
    """For people: «смысл», «место из текста»."""
    run: Run
    looks_around: bool = False


def with_changes(read: Stored, changes: Mapping[str, Any]) -> Stored:
    """`read` as a later step sees it."""
    kept = {name: value for name, value in read.source.items() if name not in changes}
    put = {name: value for name, value in changes.items() if value is not None}
    return Stored(read.index, read.id, kept | put, read.seq_no, read.primary_term, read.place)
