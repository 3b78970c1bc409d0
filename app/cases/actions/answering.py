"""Changes by answers: written, approved or sent back, sent; the end of a case and its return."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from app.cases.actions.conditions import unsent
from app.cases.actions.model import Done, Turn
from app.cases.codes import AnswerKind, AnswerState, Kind, State
from app.cases.deadlines import latest_promise
from app.cases.models import Answer, Case
from app.errors import BadInputError

_FARTHEST = timedelta(days=366)


def draft(turn: Turn) -> Done:
    return Done(_written(turn, AnswerState.DRAFT))


def send_for_approval(turn: Turn) -> Done:
    case = _written(turn, AnswerState.WAITING)
    approver = turn.given.maybe("approver")
    if approver == turn.who:
        raise BadInputError("Свой ответ согласовывает другой.", field="approver")
    work = replace(case.workflow, approver=approver)
    return Done(replace(case, workflow=work), to=approver)


def approve(turn: Turn) -> Done:
    """The approved text goes to the author as it stands."""
    answer = _waiting(turn.case)
    sent = replace(
        answer,
        state=AnswerState.SENT,
        at=turn.now,
        approved_by=turn.who,
        decided_at=turn.now,
    )
    return Done(_first_answered(_put(turn.case, sent), turn), to=answer.by)


def rework(turn: Turn) -> Done:
    answer = _waiting(turn.case)
    back = replace(answer, state=AnswerState.REWORK, decided_at=turn.now)
    work = turn.case.workflow
    fresh = replace(work, reworked=(work.reworked or 0) + 1, approver=None)
    return Done(replace(_put(turn.case, back), workflow=fresh), to=answer.by)


def answer(turn: Turn) -> Done:
    return Done(_first_answered(_written(turn, AnswerState.SENT), turn))


def interim(turn: Turn) -> Done:
    """Tells what was done and by when the rest will be. A message is then due by the promised
    day; the term of an appeal is moved only by an extension (59-ФЗ art. 12).
    """
    promised = turn.given.moment("promised_at")
    if promised <= turn.now:
        raise BadInputError("Обещать можно только будущую дату.", field="promised_at")
    if promised > turn.now + _FARTHEST:
        raise BadInputError("Больше чем на год вперёд не обещают.", field="promised_at")
    case = turn.case
    _check_limit(turn, promised)
    if case.kind is Kind.APPEAL and case.deadline_at and promised > case.deadline_at:
        raise BadInputError(
            "Обещанная дата позже срока. Сначала продлите срок обращения.", field="promised_at"
        )
    new = Answer(
        id=turn.new_id("a"),
        text=turn.given.text("text"),
        kind=AnswerKind.INTERIM,
        at=turn.now,
        by=turn.who,
        written_at=turn.now,
        promised_at=promised,
    )
    case = replace(case, answers=[*case.answers, new], promised_at=promised)
    return Done(_first_answered(case, turn))


def _check_limit(turn: Turn, promised: datetime) -> None:
    """The profile of the stage after an interim answer says how far ahead one may promise."""
    limit = latest_promise(turn.case, turn.book, turn.now)
    if limit and turn.day(promised) > turn.day(limit):
        raise BadInputError(
            f"После промежуточного ответа обещать можно не позже {turn.day(limit):%d.%m.%Y}.",
            field="promised_at",
        )


def close(turn: Turn) -> Done:
    result = turn.given.text("result")
    return Done(replace(turn.case, closed_at=turn.now, result=result), to=result)


def reopen(turn: Turn) -> Done:
    """Back to whoever held it; without hands, to the desk."""
    work = turn.case.workflow
    state = State.NEW
    if work.assignee:
        state = State.IN_PROGRESS
    elif work.department:
        state = State.ASSIGNED
    case = replace(turn.case, state=state, closed_at=None, result=None, forwarded=None)
    return Done(case, to=work.assignee or work.department)


def _written(turn: Turn, state: AnswerState) -> Case:
    """The answer that is being written with the text given, in `state`; a new one if there is
    none.
    """
    kept = unsent(turn.case)
    new = Answer(
        id=kept.id if kept else turn.new_id("a"),
        text=turn.given.text("text"),
        state=state,
        at=turn.now if state is AnswerState.SENT else None,
        by=turn.who,
        written_at=turn.now,
    )
    if kept:
        return _put(turn.case, new)
    return replace(turn.case, answers=[*turn.case.answers, new])


def _waiting(case: Case) -> Answer:
    found = unsent(case)
    if found is None:
        raise BadInputError("Согласовывать нечего: ответа нет.")
    return found


def _put(case: Case, new: Answer) -> Case:
    return replace(case, answers=[new if one.id == new.id else one for one in case.answers])


def _first_answered(case: Case, turn: Turn) -> Case:
    work = case.workflow
    if work.first_answer_at:
        return case
    return replace(case, workflow=replace(work, first_answer_at=turn.now))
