"""Who is told of a reminder: people by their part in the case, never one who does not see it."""

from collections.abc import Iterable

from app.accounts.roles import Role
from app.accounts.staff import Staff
from app.cases.chase import Alert
from app.cases.models import Case
from app.cases.permissions import may_see
from app.deadlines.models import Recipient

_LADDER = tuple(Recipient)
"""From the one who holds the case upwards."""


def recipients(case: Case, alerts: Iterable[Alert], staff: Staff) -> list[str]:
    """Logins in a steady order. Nobody there means the next one up; empty where nobody at all
    who sees the case stands above either.
    """
    reached = (_reached(case, alert, part, staff) for alert in alerts for part in alert.to)
    return sorted({login for logins in reached for login in logins})


def _reached(case: Case, alert: Alert, part: Recipient, staff: Staff) -> list[str]:
    department = _department(case, alert)
    for step in _LADDER[_LADDER.index(part) :]:
        named = _holding(case, alert, step, department, staff)
        with_substitutes = [*named, *(one for login in named for one in staff.standing_in(login))]
        if seeing := [one for one in with_substitutes if may_see(staff.viewer(one), case)]:
            return seeing
    return []


def _department(case: Case, alert: Alert) -> str | None:
    """Whose people are spoken to: of a request, those who were asked."""
    asked = next((one for one in case.requests if one.id == alert.request), None)
    return asked.department if asked else case.workflow.department


def _holding(
    case: Case, alert: Alert, part: Recipient, department: str | None, staff: Staff
) -> list[str]:
    if part is Recipient.EXECUTOR:
        holder = None if alert.request else case.workflow.assignee
        if holder and holder in staff.users:
            return [holder]
        return staff.in_department(department, Role.EXECUTOR) if department else []
    if part is Recipient.BLOCK_HEAD:
        return staff.heads_of(department) if department else []
    return staff.with_role(Role.COORDINATOR if part is Recipient.COORDINATOR else Role.CURATOR)
