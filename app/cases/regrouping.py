"""What another person's word about a duplicate does to the other cases of its group."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from app.cases.actions.duplicates import word_of
from app.cases.models import Case, Duplicate, Event

REGROUPED = "regrouped"
"""Code of the event in a case's history."""
_WORDS = frozenset({"mark_duplicate", "unmark_duplicate"})


class Cause(Struct, frozen=True):
    """The act that everything else follows from."""

    case_id: str
    by: str
    at: datetime


class Main(Struct, frozen=True):
    """The main case of a group, as histories name it."""

    id: str
    number: str


def cause_in(case: Case) -> Cause | None:
    """The last thing said of this very case, or taken back."""
    for event in reversed(case.history):
        if event.what in _WORDS or (event.what == "undo" and event.to in _WORDS):
            return Cause(case.id, event.by, event.at)
    return None


def regrouped(case: Case, main: Main | None, cause: Cause | None, now: datetime) -> Case | None:
    """`case` under its `main` (None: it is main itself or alone); None where it is there already.

    The group stays unsettled until all of it was looked at once more. A machine's write like the
    recount of deadlines: whoever types an answer goes on. Where the case's own last word says the
    same, the history has it already.
    """
    said, root = case.duplicate or Duplicate(), main.id if main else None
    if said.root == root:
        return None
    after = replace(case, rev=case.rev + 1, duplicate=replace(said, root=root, unsettled=True))
    own = cause is not None and cause.case_id == case.id
    if cause is None or (own and root == said.of):
        return after
    event = Event(
        seq=len(case.history) + 1,
        at=max(now, *(event.at for event in case.history[-1:])),
        what=REGROUPED,
        by=cause.by,
        to=main.number if main else None,
    )
    return replace(
        after,
        version=case.version + 1,
        updated_at=max(case.updated_at, event.at),
        audit_due=True,
        history=[*case.history, event],
    )


def settled(case: Case, seen: Case) -> Case | None:
    """`case` without the mark, where nothing of it changed since it was `seen` to be right."""
    said = case.duplicate
    root = seen.duplicate.root if seen.duplicate else None
    if said is None or not said.unsettled or said.root != root or word_of(case) != word_of(seen):
        return None
    left = replace(said, unsettled=False)
    return replace(case, rev=case.rev + 1, duplicate=None if left == Duplicate() else left)
