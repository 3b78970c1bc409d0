"""Queues of «Моя работа»: what each of them holds for a viewer, as one filter of the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.cases.codes import DONE_STATES, AnswerState, State
from app.engine.access import NOTHING, Clause
from app.permissions import Permission
from app.viewer import Viewer


class Queue(StrEnum):
    """In the order people see them."""

    MINE = "mine"
    FREE = "free"
    DANGER = "danger"
    APPROVAL = "approval"
    ASKED = "asked"
    MODERATION = "moderation"
    REWORK = "rework"
    OVERDUE = "overdue"
    TODAY = "today"
    PROMISED = "promised"
    SLIPPED = "slipped"
    SILENT = "silent"
    RETURNED = "returned"
    OPEN = "open"


QUEUE_NAMES: Mapping[Queue, str] = {
    Queue.MINE: "Мои",
    Queue.FREE: "Никто не взял",
    Queue.DANGER: "Опасное, никто не взял",
    Queue.APPROVAL: "Ждут моего согласования",
    Queue.ASKED: "Запросы к нам",
    Queue.MODERATION: "На модерации",
    Queue.REWORK: "Вернули на доработку",
    Queue.OVERDUE: "Просрочено",
    Queue.TODAY: "Срок сегодня",
    Queue.PROMISED: "Обещано промежуточным ответом",
    Queue.SLIPPED: "Обещанный день прошёл",
    Queue.SILENT: "Ведомства не ответили на запрос",
    Queue.RETURNED: "Вернули «не наше»",
    Queue.OPEN: "Всё незакрытое",
}
OWN_DEPARTMENT_FREE = "Моё ведомство, никто не взял"

OPEN_STATES = tuple(state.value for state in State if state not in DONE_STATES)
OPEN: Clause = {"terms": {"state": list(OPEN_STATES)}}

_NEEDS: Mapping[Queue, Permission] = {
    Queue.MINE: Permission.CASE_TAKE,
    Queue.APPROVAL: Permission.CASE_APPROVE,
    Queue.ASKED: Permission.CASE_REPLY,
    Queue.MODERATION: Permission.CASE_MODERATE,
    Queue.REWORK: Permission.CASE_ANSWER,
    Queue.SLIPPED: Permission.TODAY_VIEW,
    Queue.SILENT: Permission.TODAY_VIEW,
    Queue.RETURNED: Permission.CASE_ASSIGN,
    Queue.DANGER: Permission.CASE_CLASSIFY,
}
"""Whoever may do nothing with a queue is not offered it; what it holds does not depend on this."""


@dataclass(frozen=True)
class Moment:
    """Now, and when the municipality's day ends: to the minute, so that the engine may remember
    the counts of a queue for that long.
    """

    now: datetime
    tomorrow: datetime

    @classmethod
    def of(cls, now: datetime, zone: ZoneInfo) -> "Moment":
        """`now` may be in any zone."""
        local = now.astimezone(zone).replace(second=0, microsecond=0)
        midnight = datetime.combine(local.date() + timedelta(days=1), time(), zone)
        return cls(local, midnight)


def offered_queues(viewer: Viewer) -> list[Queue]:
    """Those that may ever hold something this person can work on."""
    offered = [queue for queue in Queue if queue not in _NEEDS or viewer.may(_NEEDS[queue])]
    unable = {Queue.FREE} if not _sees_free(viewer) else set()
    unable |= {Queue.ASKED} if not viewer.departments else set()
    return [queue for queue in offered if queue not in unable]


def queue_name(queue: Queue, viewer: Viewer) -> str:
    if queue is Queue.FREE and viewer.departments:
        return OWN_DEPARTMENT_FREE
    return QUEUE_NAMES[queue]


def queue_clause(queue: Queue, viewer: Viewer, moment: Moment) -> Clause:
    """Cases of `queue`; the caller adds the access clause and `OPEN`."""
    return {"bool": {"filter": [_CLAUSES[queue](viewer, moment)]}}


def _sees_free(viewer: Viewer) -> bool:
    return bool(viewer.departments) or viewer.may(Permission.CASE_ASSIGN)


def _mine(viewer: Viewer, _: Moment) -> Clause:
    return {"term": {"workflow.assignee": viewer.name}}


def _free(viewer: Viewer, _: Moment) -> Clause:
    """Of the own departments; whoever has none and hands out work sees all that is free.

    What is not moderated yet is nobody's to take.
    """
    if not _sees_free(viewer):
        return NOTHING
    held = {"exists": {"field": "workflow.assignee"}}
    early = {"term": {"state": State.MODERATION.value}}
    free: Clause = {"bool": {"must_not": [held, early]}}
    if viewer.departments:
        free["bool"]["filter"] = [{"terms": {"workflow.department": sorted(viewer.departments)}}]
    return free


def _danger(_: Viewer, __: Moment) -> Clause:
    """With words of danger in the text, whatever importance it has by now."""
    return {
        "bool": {
            "filter": [{"exists": {"field": "danger"}}],
            "must_not": [{"exists": {"field": "workflow.assignee"}}],
        }
    }


def _approval(viewer: Viewer, _: Moment) -> Clause:
    """Given to this person by name, or to anybody who may approve where the person may."""
    waiting: Clause = {"term": {"state": State.APPROVAL.value}}
    if viewer.may(Permission.CASE_APPROVE):
        return waiting
    by_name = {"term": {"workflow.approver": viewer.name}}
    return {"bool": {"filter": [waiting, by_name]}}


def _asked(viewer: Viewer, _: Moment) -> Clause:
    if not viewer.departments:
        return NOTHING
    return {"terms": {"workflow.asked": sorted(viewer.departments)}}


def _moderation(_: Viewer, __: Moment) -> Clause:
    return {"term": {"state": State.MODERATION.value}}


def _rework(viewer: Viewer, moment: Moment) -> Clause:
    """Held by this person, or by nobody in the own department."""
    returned = {"term": {"answers.state": AnswerState.REWORK.value}}
    ways = [_mine(viewer, moment)]
    if viewer.departments:
        ways.append(_free(viewer, moment))
    return {"bool": {"filter": [returned], "should": ways, "minimum_should_match": 1}}


def _overdue(_: Viewer, moment: Moment) -> Clause:
    return {"range": {"deadline_at": {"lt": moment.now.isoformat()}}}


def _today(_: Viewer, moment: Moment) -> Clause:
    day = {"gte": moment.now.isoformat(), "lt": moment.tomorrow.isoformat()}
    return {"range": {"deadline_at": day}}


def _promised(_: Viewer, __: Moment) -> Clause:
    """A promise outlives the state: a case taken back to work or sent for rework still has one.

    By the state too, for cases of tables, which tell no promised day.
    """
    promised = {"exists": {"field": "promised_at"}}
    state = {"term": {"state": State.INTERIM.value}}
    return {"bool": {"should": [promised, state], "minimum_should_match": 1}}


def _slipped(_: Viewer, moment: Moment) -> Clause:
    """Promised to the author for a day that is over, and still without a final answer."""
    return {"range": {"promised_at": {"lt": moment.now.isoformat()}}}


def _silent(_: Viewer, moment: Moment) -> Clause:
    """A department that was asked let its own, shorter deadline pass."""
    return {"range": {"workflow.asked_due_at": {"lt": moment.now.isoformat()}}}


def _returned(_: Viewer, __: Moment) -> Clause:
    """Given back as «не наше» and given to nobody since."""
    back = {"range": {"workflow.returned": {"gte": 1}}}
    held = {"exists": {"field": "workflow.department"}}
    return {"bool": {"filter": [back], "must_not": [held]}}


def _open(_: Viewer, __: Moment) -> Clause:
    return {"match_all": {}}


_CLAUSES = {
    Queue.MINE: _mine,
    Queue.FREE: _free,
    Queue.DANGER: _danger,
    Queue.APPROVAL: _approval,
    Queue.ASKED: _asked,
    Queue.MODERATION: _moderation,
    Queue.REWORK: _rework,
    Queue.OVERDUE: _overdue,
    Queue.TODAY: _today,
    Queue.PROMISED: _promised,
    Queue.SLIPPED: _slipped,
    Queue.SILENT: _silent,
    Queue.RETURNED: _returned,
    Queue.OPEN: _open,
}
