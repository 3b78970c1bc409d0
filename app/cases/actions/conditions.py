"""Conditions of the table: each says in Russian why not and who may, or nothing."""

from app.cases.actions.mention import mention
from app.cases.codes import AnswerState, Kind, RequestState, State
from app.cases.models import Answer, Case, Request
from app.cases.permissions import may_do
from app.permissions import Permission
from app.viewer import Viewer

_OPEN_QUESTION = frozenset(State) - {State.CLOSED}


def holder(case: Case) -> str:
    return case.workflow.assignee or ""


def is_holder_or_desk(case: Case, viewer: Viewer) -> str | None:
    """Work on a case is its holder's; the desk (whoever assigns) may step in."""
    if holder(case) == viewer.name or may_do(viewer, Permission.CASE_ASSIGN, case):
        return None
    if not case.workflow.assignee:
        return "Обращение никто не взял. Сначала возьмите его в работу."
    return f"Обращение в работе у {mention(holder(case))}: действует он или тот, кто назначает."


def is_free(case: Case, viewer: Viewer) -> str | None:
    if case.workflow.assignee is None:
        return None
    if case.workflow.assignee != viewer.name:
        return f"Обращение уже у {mention(holder(case))}. Передать его может тот, кто назначает."
    promised = case.state is State.INTERIM and case.workflow.taken_at is not None
    if promised or case.state is State.IN_PROGRESS:
        return "Обращение уже у вас в работе."
    return None


def is_registered(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001 - as all checks
    """59-ФЗ art. 8: an appeal is registered within three days and only then considered."""
    if case.kind is Kind.APPEAL and case.registered_at is None:
        return "Сначала зарегистрируйте обращение: по 59-ФЗ работа с ним начинается с этого."
    return None


def is_not_registered(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    return "Обращение уже зарегистрировано." if case.registered_at else None


def in_department_of(case: Case, viewer: Viewer) -> str | None:
    """A message is handed back by those it was given to, or by the desk."""
    if may_do(viewer, Permission.CASE_ASSIGN, case) or holder(case) == viewer.name:
        return None
    if case.workflow.department and case.workflow.department in viewer.departments:
        return None
    return "Вернуть может тот, кому оно назначено, его ведомство или тот, кто назначает."


def has_hands(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    if case.workflow.department or case.workflow.assignee:
        return None
    return "Возвращать нечего: ни ведомство, ни исполнитель не назначены."


def has_assignee(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    return None if case.workflow.assignee else "Исполнитель не назначен: снимать некого."


def answers_without_approval(case: Case, viewer: Viewer) -> str | None:
    able = (Permission.CASE_APPROVE, Permission.CASE_CLOSE)
    if any(may_do(viewer, permission, case) for permission in able):
        return None
    return "Ваш ответ сначала согласуют: отправьте его на согласование."


def unsent(case: Case) -> Answer | None:
    """The final answer that is being written or approved; there is one at most."""
    waiting = (AnswerState.DRAFT, AnswerState.REWORK, AnswerState.WAITING)
    found = [one for one in case.answers if one.state in waiting]
    return found[-1] if found else None


def approves_others(case: Case, viewer: Viewer) -> str | None:
    """Four eyes: nobody approves their own answer; whoever was asked by name goes first."""
    answer = unsent(case)
    if answer is None:
        return "Согласовывать нечего: ответа нет."
    if answer.by == viewer.name:
        return "Свой ответ согласовать нельзя: это делает другой сотрудник с таким правом."
    return None


def open_requests(case: Case) -> list[Request]:
    return [one for one in case.requests if one.state is RequestState.OPEN]


def has_open_request(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    return None if open_requests(case) else "Открытых запросов нет."


def is_asked(case: Case, viewer: Viewer) -> str | None:
    asked = [one.department for one in open_requests(case)]
    if not asked:
        return "Открытых запросов нет."
    if viewer.everything or viewer.departments & set(asked):
        return None
    return f"Запрос обращён не к вашему ведомству. Отвечает: {', '.join(asked)}."


def no_open_requests(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    asked = [one.department for one in open_requests(case)]
    if not asked:
        return None
    return f"Есть запрос без ответа ({', '.join(asked)}). Дождитесь ответа или отмените запрос."


def questions_closed(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    left = [one for one in case.questions if one.state in _OPEN_QUESTION]
    if not left:
        return None
    return f"Открыто вопросов: {len(left)}. Обращение закроется, когда закрыт каждый из них."


def has_questions(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    return None if case.questions else "Обращение не поделено на вопросы."


def has_open_questions(case: Case, viewer: Viewer) -> str | None:
    if none := has_questions(case, viewer):
        return none
    left = any(one.state in _OPEN_QUESTION for one in case.questions)
    return None if left else "Все вопросы уже закрыты."


def has_closed_questions(case: Case, viewer: Viewer) -> str | None:
    if none := has_questions(case, viewer):
        return none
    some = any(one.state is State.CLOSED for one in case.questions)
    return None if some else "Закрытых вопросов нет."


def not_extended(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    """59-ФЗ art. 12 part 2: once, by 30 days at most, and the author is told."""
    if case.extension:
        return "Срок уже продлевали. По 59-ФЗ это можно сделать один раз."
    return None if case.deadline_at else "Продлевать нечего: срок не назначен."


def has_links(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    return None if case.links else "Связей нет."


def is_duplicate(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    said = case.duplicate
    return None if said and said.of else "Обращение не отмечено как дубль."


def has_tags(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    return None if case.tags else "Меток нет."


def has_files(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    return None if case.attachments else "Файлов нет."


def has_author(case: Case, viewer: Viewer) -> str | None:  # noqa: ARG001
    author = case.author
    known = (author.name, author.phone, author.email, author.address, author.account)
    return None if any(known) else "Данных автора нет."
