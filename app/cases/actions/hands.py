"""Changes of hands: who works on a case, who gives it back, to whom it goes outside."""

from datetime import UTC, datetime, time, timedelta

from msgspec.structs import replace

from app.cases.actions.model import Done, Turn
from app.cases.codes import Kind, State
from app.cases.models import Forwarding
from app.errors import BadInputError, RefusedError

FORWARDING = timedelta(days=7)
"""59-ФЗ art. 8 parts 3 and 4: calendar days from registration, the same for copies."""
_BEGUN = frozenset({State.IN_PROGRESS, State.INTERIM, State.APPROVAL})


def assign(turn: Turn) -> Done:
    """To a department, a person, or both. Another department takes the case from its person."""
    given, work = turn.given, turn.case.workflow
    department, person = given.maybe("department"), given.maybe("assignee")
    if not department and not person:
        raise BadInputError("Выберите ведомство или исполнителя.", field="department")
    moved = department is not None and department != work.department
    keeps = work.assignee if not moved else None
    assignee = person or keeps
    if (department or work.department, assignee) == (work.department, work.assignee):
        return Done(turn.case)
    fresh = replace(
        work,
        department=department or work.department,
        sector=None if moved else work.sector,
        assignee=assignee,
        assigned_by=turn.who,
        assigned_at=turn.now,
        taken_at=work.taken_at if assignee == work.assignee else None,
        return_reason=None,
    )
    same_hands = assignee is not None and assignee == work.assignee
    state = turn.case.state if same_hands and turn.case.state in _BEGUN else State.ASSIGNED
    if turn.case.state in {State.INTERIM, State.APPROVAL}:
        state = turn.case.state  # an answer given or waiting is not forgotten with new hands
    return Done(replace(turn.case, workflow=fresh, state=state), to=person or department)


def take(turn: Turn) -> Done:
    work = replace(turn.case.workflow, assignee=turn.who, taken_at=turn.now)
    return Done(replace(turn.case, workflow=work))


def release(turn: Turn) -> Done:
    """Back to the department, for whoever takes it; without one, to the desk."""
    work = replace(turn.case.workflow, assignee=None, assigned_by=turn.who, taken_at=None)
    state = State.ASSIGNED if work.department else State.NEW
    if turn.case.state in {State.INTERIM, State.APPROVAL}:
        state = turn.case.state
    return Done(replace(turn.case, workflow=work, state=state), to=work.department)


def give_back(turn: Turn) -> Done:
    """«Не наше»: to the desk, which decides anew."""
    work = turn.case.workflow
    fresh = replace(
        work,
        department=None,
        sector=None,
        assignee=None,
        assigned_at=None,
        taken_at=None,
        returned=(work.returned or 0) + 1,
        return_reason=turn.given.text("reason"),
    )
    return Done(replace(turn.case, workflow=fresh), to=work.department)


def forward(turn: Turn) -> Done:
    """To a body outside. An appeal only within seven days of registration, with copies; a message
    at any time to one body.
    """
    case, given = turn.case, turn.given
    copies = given.names("copies")
    due = None
    if case.kind is Kind.APPEAL:
        last = turn.day(case.registered_at or case.received_at) + FORWARDING
        due = datetime.combine(last, time(23, 59), turn.zone).astimezone(UTC)
        if turn.day(turn.now) > last:
            raise RefusedError(
                "Прошло больше 7 дней со дня регистрации (59-ФЗ, ст. 8): перенаправить уже нельзя. "
                "Рассмотрите обращение или запросите другое ведомство."
            )
    elif copies:
        raise BadInputError("Копии рассылают только по обращениям.", field="copies")
    to = given.text("to")
    if to in copies:
        raise BadInputError("Этот орган уже указан как основной.", field="copies")
    forwarded = Forwarding(to, turn.now, turn.who, given.text("reason"), copies, due)
    return Done(replace(case, forwarded=forwarded, closed_at=turn.now), to=to)
