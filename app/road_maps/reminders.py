"""What a road map has to remind of, when and whom: pure.

A key is made of the part and its due moment, so each reminder is given once, and anew only where
the day was moved; that it was moved is told of each move, by its number.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum

import xxhash
from msgspec import Struct
from msgspec.structs import replace

from app.road_maps.models import OVER, MapState, Move, Part, RoadMap


class ReminderKind(StrEnum):
    """Codes of notices."""

    GIVEN = "step_given"
    WARNING = "step_warning"
    OVERDUE = "step_overdue"
    ESCALATED = "step_escalated"
    MOVED = "step_moved"
    """To whoever does it, or did until it was passed on."""


class Reminder(Struct, frozen=True):
    key: str
    kind: ReminderKind
    at: datetime
    part: Part
    to: str
    """Login."""

    @property
    def seq(self) -> int:
        """Tells it from the other notices of the road map: another key makes it another; 31 bits,
        as the index of notices has them.
        """
        return xxhash.xxh32_intdigest(self.key.encode()) >> 1


def reminders(one: RoadMap) -> list[Reminder]:
    """Of parts that are open, by time; given ones among them. Of a draft there are none."""
    if one.state is not MapState.BEGUN:
        return []
    found = [each for part in one.parts if part.state not in OVER for each in _of(one, part)]
    return sorted(found, key=lambda each: (each.at, each.key))


def _of(one: RoadMap, part: Part) -> Iterator[Reminder]:
    """Nobody is told of what they gave or moved themselves."""
    given = _given(one, part)
    if given.to != _giver(one, part):
        yield given
    yield from _moved(one, part)
    moments = {
        ReminderKind.WARNING: part.warn_at,
        ReminderKind.OVERDUE: part.due_at,
        ReminderKind.ESCALATED: part.escalate_at,
    }
    for kind, at in moments.items():
        if at:
            to = one.created_by if kind is ReminderKind.ESCALATED else part.owner
            yield Reminder(_key(part, part.due_at, kind), kind, at, part, to)


def _key(part: Part, due_at: datetime, kind: ReminderKind) -> str:
    return f"{part.id}:{due_at.astimezone(UTC).isoformat()}:{kind}"


def _last_passing(one: RoadMap, part: Part) -> Move | None:
    passed = [move for move in one.told_moves(part) if move.passed_on]
    return passed[-1] if passed else None


def _giver(one: RoadMap, part: Part) -> str:
    move = _last_passing(one, part)
    return move.by if move else one.created_by


def _given(one: RoadMap, part: Part) -> Reminder:
    """With the day it was given with: another day does not give the part anew."""
    kind, moves = ReminderKind.GIVEN, one.told_moves(part)
    move = _last_passing(one, part)
    if move:
        key = f"{_key(part, move.due_at, kind)}:{part.moves.index(move) + 1}"
        return Reminder(key, kind, move.at, part, part.owner)
    due = moves[0].due_before if moves else part.due_at
    return Reminder(_key(part, due, kind), kind, one.begun_at or one.created_at, part, part.owner)


def _moved(one: RoadMap, part: Part) -> Iterator[Reminder]:
    kind, told_of = ReminderKind.MOVED, one.told_moves(part)
    for number, move in enumerate(part.moves, 1):
        to = move.owner_before
        if move in told_of and to != move.by:
            yield Reminder(f"{part.id}:{number}:{kind}", kind, move.at, part, to)


def due(one: RoadMap, now: datetime) -> list[Reminder]:
    """Those whose moment has come and that were not given yet."""
    given = set(one.alerted)
    return [each for each in reminders(one) if each.at <= now and each.key not in given]


def timed(one: RoadMap) -> RoadMap:
    """With the moment of its next reminder, its owners and the hashes of its files."""
    given = set(one.alerted)
    waiting = (each.at for each in reminders(one) if each.key not in given)
    return replace(
        one,
        alert_at=next(waiting, None),
        owners=sorted({part.owner for part in one.parts}),
        files=sorted({file.sha256 for part in one.parts for file in part.files}),
    )


def told(one: RoadMap, given: list[Reminder]) -> RoadMap:
    keys = [each.key for each in given if each.key not in one.alerted]
    return timed(replace(one, alerted=[*one.alerted, *keys]))
