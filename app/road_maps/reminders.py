"""What a road map has to remind of, when and whom: pure.

A key is made of the part and its due moment, so each reminder is given once, and anew only where
the day was moved.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from app.road_maps.models import OVER, MapState, Part, RoadMap


class ReminderKind(StrEnum):
    """Codes of notices."""

    GIVEN = "step_given"
    WARNING = "step_warning"
    OVERDUE = "step_overdue"
    ESCALATED = "step_escalated"


_ORDER = list(ReminderKind)


class Reminder(Struct, frozen=True):
    key: str
    kind: ReminderKind
    at: datetime
    part: Part
    to: str
    """Login."""

    @property
    def seq(self) -> int:
        """Tells it from the other notices of the road map: a day that is moved makes it another."""
        minute = int(self.part.due_at.timestamp() // 60) % 200_000
        return (self.part.number % 2_000) * 1_000_000 + minute * 5 + _ORDER.index(self.kind)


def reminders(one: RoadMap) -> list[Reminder]:
    """Of parts that are open, by time; given ones among them. Of a draft there are none."""
    if one.state is not MapState.BEGUN:
        return []
    found = [each for part in one.parts if part.state not in OVER for each in _of(one, part)]
    return sorted(found, key=lambda each: (each.at, each.key))


def _of(one: RoadMap, part: Part) -> Iterator[Reminder]:
    moments = {
        ReminderKind.GIVEN: one.begun_at or one.created_at,
        ReminderKind.WARNING: part.warn_at,
        ReminderKind.OVERDUE: part.due_at,
        ReminderKind.ESCALATED: part.escalate_at,
    }
    for kind, at in moments.items():
        own = kind is ReminderKind.GIVEN and part.owner == one.created_by
        if at and not own:  # nobody is told of what they gave themselves
            to = one.created_by if kind is ReminderKind.ESCALATED else part.owner
            due = part.due_at.astimezone(UTC).isoformat()
            yield Reminder(f"{part.id}:{due}:{kind}", kind, at, part, to)


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
