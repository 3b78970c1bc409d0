"""Changes that belong to appeals (59-ФЗ): extension of the term and several questions in one."""

from datetime import timedelta

from msgspec.structs import replace

from app.cases.actions.model import Done, Turn
from app.cases.codes import State
from app.cases.models import Case, Extension, Question
from app.errors import BadInputError, RefusedError

LONGEST = timedelta(days=30)
"""59-ФЗ art. 12 part 2."""
_MOST = 20
_LEAST = 2


def extend(turn: Turn) -> Done:
    """Until a day at most 30 days after the present deadline, the author having been told."""
    case, given = turn.case, turn.given
    was, until = case.deadline_at, given.moment("until")
    notified = given.moment("notified_at")
    if was is None:
        raise RefusedError("Продлевать нечего: срок не назначен.")
    if until <= was:
        raise BadInputError("Новый срок должен быть позже прежнего.", field="until")
    if turn.day(until) > turn.day(was) + LONGEST:
        raise BadInputError(
            "Продлить можно не больше чем на 30 дней (59-ФЗ, ст. 12).", field="until"
        )
    if notified > turn.now:
        raise BadInputError(
            "Сначала уведомьте автора: дата уведомления ещё не наступила.", field="notified_at"
        )
    extension = Extension(until, was, turn.now, turn.who, given.text("reason"), notified)
    return Done(replace(case, extension=extension, deadline_at=until))


def split(turn: Turn) -> Done:
    """Adds the questions given, a line each; the first time there must be at least two."""
    lines = turn.given.names("questions")
    if not turn.case.questions and len(lines) < _LEAST:
        raise BadInputError("Впишите хотя бы два вопроса, по одному в строке.", field="questions")
    if len(turn.case.questions) + len(lines) > _MOST:
        raise BadInputError(f"В обращении может быть до {_MOST} вопросов.", field="questions")
    new = [
        Question(turn.new_id("q", number), text, department=turn.case.workflow.department)
        for number, text in enumerate(lines, start=1)
    ]
    return Done(replace(turn.case, questions=[*turn.case.questions, *new]))


def give_question(turn: Turn) -> Done:
    """Code, department and executor of one question."""
    question, given = _question(turn), turn.given
    if question.state is State.CLOSED:
        raise BadInputError("Этот вопрос закрыт. Сначала откройте его заново.", field="question")
    department, executor = given.maybe("department"), given.maybe("assignee")
    handed = department or executor
    fresh = replace(
        question,
        appeal_code=given.maybe("appeal_code"),
        department=department,
        executor=executor,
        state=State.ASSIGNED if handed else State.NEW,
    )
    return Done(_put(turn.case, fresh), to=executor or department)


def close_question(turn: Turn) -> Done:
    question = _question(turn)
    if question.state is State.CLOSED:
        raise BadInputError("Этот вопрос уже закрыт.", field="question")
    if not question.appeal_code:
        raise BadInputError("Сначала укажите код вопроса: по нему ведут учёт.", field="question")
    fresh = replace(
        question,
        state=State.CLOSED,
        answer=turn.given.text("text"),
        result=turn.given.text("result"),
        closed_at=turn.now,
    )
    return Done(_put(turn.case, fresh), to=fresh.result)


def reopen_question(turn: Turn) -> Done:
    question = _question(turn)
    if question.state is not State.CLOSED:
        raise BadInputError("Этот вопрос и так открыт.", field="question")
    handed = question.department or question.executor
    state = State.ASSIGNED if handed else State.NEW
    return Done(_put(turn.case, replace(question, state=state, result=None, closed_at=None)))


def _question(turn: Turn) -> Question:
    wanted = turn.given.text("question")
    for one in turn.case.questions:
        if one.id == wanted:
            return one
    raise BadInputError("Такого вопроса нет.", field="question")


def _put(case: Case, new: Question) -> Case:
    return replace(case, questions=[new if one.id == new.id else one for one in case.questions])
