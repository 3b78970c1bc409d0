"""What a change of the book of deadlines does to one case: one rule for preview and deed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app.cases.actions.difference import difference
from app.cases.deadlines import main_stage, rechased, recounted, stage_of
from app.cases.models import Case, Event
from app.deadlines.models import STAGE_NAMES, Book, Stage

RECOUNTED = "deadline_recounted"
"""Code of the event in a case's history."""


class Change(Struct, frozen=True):
    """A change of the book as cases feel it."""

    was: Book
    book: Book
    moves: bool = True
    """False where only reminders follow the new book: open cases keep their due moments."""


class Move(Struct, frozen=True):
    """One open case whose due moment another book puts elsewhere."""

    case_id: str
    number: str
    stage: Stage
    was: datetime
    becomes: datetime

    def overdue_by(self, now: datetime) -> bool:
        """Whether the change itself makes it late."""
        return self.becomes <= now < self.was


class Signed(Struct, frozen=True):
    """Whose change it is, for the history."""

    key: str
    by: str
    told: str
    """«порядок расчёта «…»»."""
    at: datetime
    zone: ZoneInfo


def after_change(case: Case, change: Change) -> Case:
    """The same object where nothing of it follows the change."""
    if not change.moves:
        return rechased(case, change.book)
    return rechased(recounted(case, change.was, change.book), change.book)


def move_of(before: Case, after: Case) -> Move | None:
    """What people are told of: the stage due to the author where it moves, else another one."""
    main = main_stage(after)
    order = [*([main.stage] if main else []), *(one.stage for one in after.deadlines)]
    for stage in order:
        old, new = stage_of(before, stage), stage_of(after, stage)
        if old and new and old.due_at != new.due_at:
            return Move(before.id, before.number, stage, old.due_at, new.due_at)
    return None


def changed_by(case: Case, change: Change, signed: Signed) -> Case | None:
    """The case as it is to be written; None where there is nothing to write.

    Where a due moment moves, the history says why and people see a new version; another profile
    or reminder at the same moments is a machine's write.
    """
    after = after_change(case, change)
    if after is case:
        return None
    move = move_of(case, after)
    after = replace(after, rev=case.rev + 1)
    if move is None:
        return after
    event = _event(case, after, move, signed)
    return replace(
        after,
        version=case.version + 1,
        updated_at=max(case.updated_at, event.at),
        audit_due=True,
        history=[*case.history, event],
    )


def _event(case: Case, after: Case, move: Move, signed: Signed) -> Event:
    before = difference(case, after)
    was, becomes = (one.astimezone(signed.zone) for one in (move.was, move.becomes))
    stage = STAGE_NAMES[move.stage]
    return Event(
        seq=len(case.history) + 1,
        at=max(signed.at, *(event.at for event in case.history[-1:])),
        what=RECOUNTED,
        by=signed.by,
        changed=list(before),
        before=before,
        reason=f"Изменили {signed.told}. {stage}: было {was:%d.%m.%Y %H:%M}, "
        f"стало {becomes:%d.%m.%Y %H:%M}.",
        key=signed.key,
    )


def event_of(case: Case, key: str) -> Event | None:
    """The event that this very change left in the case, if it did."""
    found = (one for one in reversed(case.history) if one.what == RECOUNTED and one.key == key)
    return next(found, None)


def moved_by(event: Event, case: Case) -> Move | None:
    """What `event` moved, as far as its case still tells."""
    for path, old in event.before.items():
        name, _, stage = path.partition(".")
        now = stage_of(case, Stage(stage)) if name == "deadlines" and old else None
        if now and old["due_at"] != msgspec.to_builtins(now.due_at):
            was = datetime.fromisoformat(old["due_at"])
            return Move(case.id, case.number, now.stage, was, now.due_at)
    return None
