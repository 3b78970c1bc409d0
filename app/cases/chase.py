"""What has to be reminded of, when, and whom: the ladder of a book laid along a case's stages.

Each reminder has a key made of the stage and its due moment, so that it is given once, and given
anew only where the due moment has moved.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from app.cases.codes import DONE_STATES, RequestState
from app.cases.models import Case, StageDeadline
from app.deadlines.days import DayTable, table_of
from app.deadlines.models import Book, Profile, Recipient, Stage, Unit


class AlertKind(StrEnum):
    """Codes of the events they leave in a case's history."""

    WARNING = "deadline_warning"
    OVERDUE = "deadline_overdue"
    ESCALATED = "deadline_escalated"
    REQUEST_OVERDUE = "request_overdue"


REMINDERS = tuple(AlertKind)
"""From the mildest to the gravest."""


class Alert(Struct, frozen=True, kw_only=True):
    key: str
    kind: AlertKind
    at: datetime
    stage: Stage
    due_at: datetime
    to: tuple[Recipient, ...] = (Recipient.EXECUTOR,)
    request: str | None = None
    """Id of the request whose department is silent."""


ALERTED_STAGES = frozenset({Stage.REGISTRATION, Stage.ANSWER, Stage.INTERIM, Stage.RETURN})
"""That an appeal may still be forwarded is shown and not chased."""


def alerts(case: Case, book: Book) -> list[Alert]:
    """Every reminder of the stages and requests that are open, by time; given ones among them."""
    if case.state in DONE_STATES:
        return []
    table = table_of(book.calendar_for(case.place.municipality))
    found = [
        alert
        for stage in case.deadlines
        if stage.done_at is None and stage.stage in ALERTED_STAGES and not _stands(stage)
        for alert in _of_stage(stage, book, table)
    ]
    found += _of_requests(case, book, table)
    return sorted(found, key=lambda one: (one.at, one.key))


def next_alert(case: Case, book: Book) -> datetime | None:
    """When the chase has to look at the case next."""
    given = set(case.alerted)
    return next((one.at for one in alerts(case, book) if one.key not in given), None)


def due_alerts(case: Case, book: Book, now: datetime) -> list[Alert]:
    """Those whose moment has come and that were not given yet."""
    given = set(case.alerted)
    return [one for one in alerts(case, book) if one.at <= now and one.key not in given]


def without_past(case: Case, book: Book, now: datetime) -> Case:
    """What was due before a case came in is not chased: lists show it, and a table of old cases
    would ring for each of them.
    """
    gone = [one.key for one in due_alerts(case, book, now)]
    quiet = replace(case, alerted=[*case.alerted, *gone]) if gone else case
    return replace(quiet, alert_at=next_alert(quiet, book))


def _stands(stage: StageDeadline) -> bool:
    """The clock stands still: what was promised is chased instead."""
    return bool(stage.paused) and stage.paused[-1][1] is None


def _of_stage(stage: StageDeadline, book: Book, table: DayTable) -> list[Alert]:
    profile = book.profiles.get(stage.profile or "")
    warnings = [
        _alert(f"warn{minutes}", AlertKind.WARNING, _before(stage, minutes, profile, table), stage)
        for minutes in (profile.warn if profile else _WARN)
    ]
    return [
        *(one for one in warnings if stage.started_at < one.at < stage.due_at),
        *_rungs(stage, book, table),
    ]


_WARN = [24 * 60]
"""Minutes before a moment that no profile gave: promised, extended or named by the source."""


def _rungs(stage: StageDeadline, book: Book, table: DayTable) -> list[Alert]:
    return [
        _alert(
            rung.code,
            AlertKind.ESCALATED if rung.after else AlertKind.OVERDUE,
            _after(stage.due_at, rung.after, table),
            stage,
            tuple(rung.to),
        )
        for rung in book.ladder
    ]


def _of_requests(case: Case, book: Book, table: DayTable) -> list[Alert]:
    """A department that was asked is reminded when its time is over; then the ladder is climbed."""
    return [
        Alert(
            key=f"request:{one.id}:{one.due_at.isoformat()}:{rung.code}",
            kind=AlertKind.REQUEST_OVERDUE,
            at=_after(one.due_at, rung.after, table),
            stage=Stage.REQUEST,
            due_at=one.due_at,
            to=tuple(rung.to),
            request=one.id,
        )
        for one in case.requests
        if one.state is RequestState.OPEN and one.due_at
        for rung in book.ladder
    ]


def _alert(
    code: str,
    kind: AlertKind,
    at: datetime,
    stage: StageDeadline,
    to: tuple[Recipient, ...] = (Recipient.EXECUTOR,),
) -> Alert:
    key = f"{stage.stage}:{stage.due_at.astimezone(UTC).isoformat()}:{code}"
    return Alert(key=key, kind=kind, at=at, stage=stage.stage, due_at=stage.due_at, to=to)


def _before(
    stage: StageDeadline, minutes: int, profile: Profile | None, table: DayTable
) -> datetime:
    if not profile or profile.unit is not Unit.WORKING_TIME:
        return stage.due_at - timedelta(minutes=minutes)
    left = table.worked(*table.place(stage.due_at)) - minutes * 60
    return table.moment(*table.after(max(left, 1))).astimezone(UTC)


def _after(due_at: datetime, minutes: int, table: DayTable) -> datetime:
    if not minutes:
        return due_at
    done = table.worked(*table.place(due_at)) + minutes * 60
    return table.moment(*table.after(done)).astimezone(UTC)
