"""Whom a step of a case concerns: people that its event names, each of whom gets a notice."""

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from app.accounts.staff import Staff
from app.cases.models import Case, Event
from app.cases.permissions import may_do, may_see
from app.permissions import Permission

Concerned = Callable[[Case, Event, Staff], Iterable[str]]


def told(case: Case, staff: Staff) -> Case:
    """`case` with the people named in its last event, where it concerns anybody."""
    event = case.history[-1]
    logins = audience(case, event, staff)
    if not logins:
        return case
    history = [*case.history[:-1], replace(event, notify=logins)]
    return replace(case, history=history, notices_due=True)


def audience(case: Case, event: Event, staff: Staff) -> list[str]:
    """Logins in a steady order: never who did it, nor anybody who does not see the case as it is
    now; whoever stands in for somebody is told beside them.
    """
    concerned = CONCERNED.get(event.what)
    named = set(concerned(case, event, staff)) if concerned else set[str]()
    named |= {login for one in named for login in staff.standing_in(one)}
    return sorted(one for one in named - {event.by} if may_see(staff.viewer(one), case))


def _hands(_case: Case, event: Event, staff: Staff) -> Iterable[str]:
    """The person the case or its question went to, else everybody of the department."""
    return _of(event.to, staff)


def _assigned(case: Case, _event: Event, staff: Staff) -> Iterable[str]:
    work = case.workflow
    return [work.assignee] if work.assignee else _of(work.department, staff)


def _asked(_case: Case, event: Event, staff: Staff) -> Iterable[str]:
    return staff.of_department(event.to or "")


def _replied(case: Case, event: Event, _staff: Staff) -> Iterable[str]:
    return [one.asked_by for one in case.requests if one.answered_at == event.at]


def _approvers(case: Case, event: Event, staff: Staff) -> Iterable[str]:
    if event.to:
        return [event.to]
    may = Permission.CASE_APPROVE
    return [login for login in staff.users if may_do(staff.viewer(login), may, case)]


def _assigner(case: Case, _event: Event, _staff: Staff) -> Iterable[str]:
    return [case.workflow.assigned_by] if case.workflow.assigned_by else []


def _of(to: str | None, staff: Staff) -> Iterable[str]:
    if not to:
        return []
    return [to] if to in staff.users else staff.of_department(to)


CONCERNED: Mapping[str, Concerned] = {
    "assign": _assigned,
    "give_question": _hands,
    "ask": _asked,
    "reply": _replied,
    "send_for_approval": _approvers,
    "approve": _hands,
    "rework": _hands,
    "return": _assigner,
    "reopen": _hands,
    "reopen_question": _hands,
}
"""By the code of the step; what is not here is nobody's news."""
