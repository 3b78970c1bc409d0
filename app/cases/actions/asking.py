"""Changes by requests of one department to another."""

from msgspec.structs import replace

from app.cases.actions.conditions import open_requests
from app.cases.actions.mention import mention
from app.cases.actions.model import Done, Turn
from app.cases.codes import RequestState
from app.cases.deadlines import half_left
from app.cases.models import Case, Request
from app.cases.permissions import may_do
from app.errors import BadInputError, RefusedError
from app.permissions import Permission

_LEAST = 30
"""Working minutes: nobody answers faster, also where the citizen's own deadline is over."""


def ask(turn: Turn) -> Done:
    """The reply is due in half of the working time that is left to the author's own deadline
    (регламент Елизово, §43.3-43.8); without a deadline there is none.
    """
    case, department = turn.case, turn.given.text("department")
    if department == case.workflow.department:
        raise BadInputError("Это ведомство и так ведёт обращение.", field="department")
    if any(one.department == department for one in open_requests(case)):
        raise BadInputError("Этому ведомству уже отправлен запрос.", field="department")
    request = Request(
        id=turn.new_id("r"),
        department=department,
        text=turn.given.text("text"),
        asked_by=turn.who,
        asked_at=turn.now,
        due_at=half_left(case, turn.book, turn.now, least=_LEAST),
    )
    return Done(_with_requests(case, [*case.requests, request]), to=department)


def reply(turn: Turn) -> Done:
    request = _open(turn)
    if not (turn.viewer.everything or request.department in turn.viewer.departments):
        raise RefusedError(f"Отвечает ведомство, которое спросили: {request.department}.")
    answered = replace(
        request,
        state=RequestState.ANSWERED,
        answer=turn.given.text("text"),
        answered_by=turn.who,
        answered_at=turn.now,
    )
    return Done(_put(turn.case, answered), to=request.department)


def cancel(turn: Turn) -> Done:
    request = _open(turn)
    desk = may_do(turn.viewer, Permission.CASE_ASSIGN, turn.case)
    if request.asked_by != turn.who and not desk:
        raise RefusedError(
            f"Отменить может тот, кто спросил ({mention(request.asked_by)}), "
            "или тот, кто назначает."
        )
    cancelled = replace(request, state=RequestState.CANCELLED)
    return Done(_put(turn.case, cancelled), to=request.department)


def _open(turn: Turn) -> Request:
    wanted = turn.given.text("request")
    for one in open_requests(turn.case):
        if one.id == wanted:
            return one
    raise BadInputError("Этот запрос уже закрыт или его нет.", field="request")


def _put(case: Case, request: Request) -> Case:
    return _with_requests(case, [request if one.id == request.id else one for one in case.requests])


def _with_requests(case: Case, requests: list[Request]) -> Case:
    """`asked` opens the case to those departments while they owe a reply."""
    asked = sorted({one.department for one in requests if one.state is RequestState.OPEN})
    return replace(case, requests=requests, workflow=replace(case.workflow, asked=asked))
