"""What the chase does to one case: an event for each stage that is due, and when to look next.

The key of a reminder stands in the case itself, written together with the event: so it is given
once, however many sweeps run, whatever dies, and whichever way the clock is moved.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from app.accounts.staff import Staff
from app.cases.chase import REMINDERS, Alert, due_alerts, next_alert, without_past
from app.cases.codes import DONE_STATES
from app.cases.deadlines import timed
from app.cases.models import Case, Event
from app.cases.recipients import recipients
from app.deadlines.models import STAGE_NAMES, Book

SYSTEM = "system"
"""Who acts, in histories and in the journal."""
LATE = timedelta(minutes=5)
"""A reminder that waits longer means that the chase stands still."""

Clause = dict[str, Any]

_OPEN: Clause = {"bool": {"must_not": [{"terms": {"state": sorted(DONE_STATES)}}]}}
UNTIMED: Clause = {
    "bool": {"filter": [_OPEN], "must_not": [{"exists": {"field": "deadlines.stage"}}]}
}
"""Open cases without stages: written by a version that knew none."""


def to_chase(now: datetime) -> Clause:
    """Open cases that have to be looked at by `now`."""
    return {"bool": {"filter": [_OPEN, {"range": {"alert_at": {"lte": now.isoformat()}}}]}}


def chased(case: Case, book: Book, staff: Staff, now: datetime, zone: ZoneInfo) -> Case | None:
    """`case` with what is due by `now` told; None where nothing is to be written.

    Of several reminders of one stage due at once only the last is an event, told to everybody whom
    they would have reached: a warning is pointless once the moment is over. People who are typing
    are not disturbed: `version` stays.
    """
    due = due_alerts(case, book, now)
    events = _events(case, due, staff, now, zone)
    after = replace(
        case,
        history=[*case.history, *events],
        alerted=[*case.alerted, *(one.key for one in due)],
        audit_due=case.audit_due or bool(events),
        notices_due=case.notices_due or any(one.notify for one in events),
    )
    after = replace(after, alert_at=next_alert(after, book))
    return None if after == case else replace(after, rev=case.rev + 1)


def retimed(case: Case, book: Book, now: datetime) -> Case | None:
    """`case` with the stages it should have had; None where no profile fits it.

    A machine's write that no history tells of. What was due before is not rung for.
    """
    if case.deadlines or case.state in DONE_STATES:
        return None
    after = without_past(timed(None, case, book, now), book, now)
    return replace(after, rev=case.rev + 1) if after.deadlines else None


def _events(
    case: Case, due: Iterable[Alert], staff: Staff, now: datetime, zone: ZoneInfo
) -> list[Event]:
    at = max([now, *(event.at for event in case.history[-1:])])
    stages = [list(alerts) for _, alerts in groupby(sorted(due, key=_stage_first), _stage)]
    stages.sort(key=lambda alerts: alerts[-1].at)
    return [
        _event(case, alerts, staff, seq=len(case.history) + place, at=at, zone=zone)
        for place, alerts in enumerate(stages, 1)
    ]


def _stage(alert: Alert) -> tuple[str, str]:
    return alert.stage.value, alert.request or ""


def _stage_first(alert: Alert) -> tuple[tuple[str, str], datetime, int]:
    return _stage(alert), alert.at, REMINDERS.index(alert.kind)


def _event(
    case: Case, alerts: list[Alert], staff: Staff, *, seq: int, at: datetime, zone: ZoneInfo
) -> Event:
    last = alerts[-1]
    asked = next((one.department for one in case.requests if one.id == last.request), None)
    return Event(
        seq=seq,
        at=at,
        what=last.kind.value,
        by=SYSTEM,
        to=asked,
        reason=f"{STAGE_NAMES[last.stage]}: срок {last.due_at.astimezone(zone):%d.%m.%Y %H:%M}.",
        key=last.key,
        stage=last.stage,
        due_at=last.due_at,
        notify=recipients(case, alerts, staff),
    )
