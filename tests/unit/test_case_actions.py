"""The table of actions: what each does, what it demands, why it refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from app.accounts.roles import GRANTS, Role
from app.cases.actions.apply import refusal_of
from app.cases.actions.model import FieldKind
from app.cases.actions.table import RULES
from app.cases.codes import AnswerState, Channel, Kind, RequestState, State
from app.cases.contexts import seen_answers, seen_notes
from app.cases.models import Case
from app.errors import BadInputError, ForbiddenError, OtklikError, RefusedError
from tests.casework import (
    COORDINATOR,
    EXECUTOR,
    HEAD,
    HOUSE,
    MATE,
    NOW,
    OPERATOR,
    ROADMAN,
    ROADS,
    SCHOOL,
    assert_possible,
    case,
    do,
    person,
)


def given_to_house(kind: Kind = Kind.MESSAGE) -> Case:
    return do(case(kind=kind), "assign", COORDINATOR, department=HOUSE)


def at_work(kind: Kind = Kind.MESSAGE) -> Case:
    return do(given_to_house(kind), "take", EXECUTOR)


def on_approval(kind: Kind = Kind.MESSAGE) -> Case:
    return do(at_work(kind), "send_for_approval", EXECUTOR, text="Яму засыпали.")


def refused(one: Case, name: str, viewer: Any, **raw: Any) -> str:
    with pytest.raises(RefusedError) as error:
        do(one, name, viewer, **raw)
    return error.value.message


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", list(State))
def test_every_refusal_has_a_russian_sentence(role: Role, kind: Kind, state: State) -> None:
    viewer = person("someone", role, department="house", sector="city")
    channel = Channel(min(GRANTS[role].channels or {Channel.SITE}))
    one = case(kind=kind, state=state, channel=channel, work={"department": HOUSE})
    for rule in RULES.values():
        refusal = refusal_of(one, rule, viewer)
        allowed = rule.permission in GRANTS[role].permissions
        if not allowed:
            assert isinstance(refusal, ForbiddenError)
            assert "Могут: " in refusal.message
        elif kind not in rule.kinds or state not in rule.starts:
            assert isinstance(refusal, RefusedError)
        if refusal:
            assert refusal.message[0].isupper() or refusal.message[0] == "«"
            assert refusal.message.endswith(".")
            assert any("а" <= letter <= "я" for letter in refusal.message)


def test_the_table_is_whole() -> None:
    for name, rule in RULES.items():
        assert rule.name == name
        assert rule.title
        assert rule.told
        assert rule.starts
        assert rule.kinds
        assert len({field.name for field in rule.fields}) == len(rule.fields)
        for field in rule.fields:
            assert field.kind is not FieldKind.CHOICE or field.choices
            assert field.kind is not FieldKind.ELEMENT or hasattr(case(), field.of)
    keys = [rule.hotkey for rule in RULES.values() if rule.hotkey]
    assert len(keys) == len(set(keys))


def test_one_takes_and_the_next_is_told_who_did() -> None:
    taken = at_work()
    assert taken.state is State.IN_PROGRESS
    assert taken.workflow.assignee == EXECUTOR.name
    assert taken.workflow.taken_at == NOW.astimezone(UTC)
    assert EXECUTOR.name in refused(taken, "take", MATE)
    assert "уже у вас" in refused(taken, "take", EXECUTOR)


def test_another_department_takes_the_case_from_its_person() -> None:
    moved = do(at_work(), "assign", COORDINATOR, department=ROADS)
    assert moved.state is State.ASSIGNED
    assert (moved.workflow.department, moved.workflow.assignee) == (ROADS, None)


def test_an_assignment_needs_somebody_and_something_new() -> None:
    with pytest.raises(BadInputError) as error:
        do(case(), "assign", COORDINATOR)
    assert error.value.field == "department"
    with pytest.raises(BadInputError, match="Ничего не изменилось"):
        do(given_to_house(), "assign", COORDINATOR, department=HOUSE)


def test_not_ours_goes_back_to_the_desk_with_its_reason() -> None:
    back = do(at_work(), "return", EXECUTOR, reason="Дорога областная")
    assert back.state is State.NEW
    assert back.workflow.assignee is None
    assert back.workflow.department is None
    assert (back.workflow.returned, back.workflow.return_reason) == (1, "Дорога областная")
    assert back.history[-1].reason == "Дорога областная"
    assert back.history[-1].to == HOUSE


def test_not_ours_is_for_messages_and_tells_what_to_do_with_an_appeal() -> None:
    assert "перенаправляют" in refused(at_work(Kind.APPEAL), "return", EXECUTOR, reason="Нет")


def test_a_stranger_may_not_give_back_what_is_not_theirs() -> None:
    with pytest.raises(ForbiddenError):
        do(at_work(), "return", ROADMAN, reason="Нет")


def test_approval_needs_other_eyes_and_rework_gives_the_text_back() -> None:
    waiting = on_approval()
    assert waiting.state is State.APPROVAL
    both = person("both", Role.EXECUTOR, Role.BLOCK_HEAD, department="house", sector="city")
    own = do(do(given_to_house(), "take", both), "send_for_approval", both, text="Готово.")
    assert "Свой ответ" in refused(own, "approve", both)
    back = do(waiting, "rework", HEAD, reason="Обратитесь по имени")
    assert back.state is State.IN_PROGRESS
    assert back.answers[0].state is AnswerState.REWORK
    assert back.workflow.reworked == 1
    again = do(back, "send_for_approval", EXECUTOR, text="Иван Петрович, яму засыпали.")
    assert len(again.answers) == 1
    sent = do(again, "approve", HEAD)
    assert sent.state is State.ANSWERED
    assert sent.answers[0].text == "Иван Петрович, яму засыпали."
    assert (sent.answers[0].by, sent.answers[0].approved_by) == (EXECUTOR.name, HEAD.name)
    assert sent.workflow.first_answer_at == NOW.astimezone(UTC)


def test_an_executor_answers_only_through_approval_and_the_desk_at_once() -> None:
    assert "согласуют" in refused(at_work(), "answer", EXECUTOR, text="Готово.")
    answered = do(at_work(), "answer", OPERATOR, text="Готово.")
    assert answered.state is State.ANSWERED
    closed = do(answered, "close", OPERATOR, result="решено")
    assert (closed.state, closed.result) == (State.CLOSED, "решено")
    assert closed.closed_at is not None
    opened = do(closed, "reopen", OPERATOR, reason="Яма снова")
    assert (opened.state, opened.closed_at) == (State.IN_PROGRESS, None)
    assert_possible(opened)


def test_an_interim_answer_promises_a_day_ahead() -> None:
    with pytest.raises(BadInputError) as error:
        do(at_work(), "interim", EXECUTOR, text="Работаем", promised_at="2026-03-09")
    assert error.value.field == "promised_at"
    one = do(at_work(), "interim", EXECUTOR, text="Работаем", promised_at="20.03.2026")
    assert one.state is State.INTERIM
    assert one.deadline_at == datetime(2026, 3, 20, 20, 59, tzinfo=UTC)
    assert "уже у вас" in refused(one, "take", EXECUTOR)


def test_an_interim_answer_does_not_move_the_term_of_an_appeal() -> None:
    appeal = at_work(Kind.APPEAL)
    one = do(appeal, "interim", EXECUTOR, text="Работаем", promised_at="20.03.2026")
    assert one.deadline_at == appeal.deadline_at
    with pytest.raises(BadInputError, match="продлите"):
        do(appeal, "interim", EXECUTOR, text="Работаем", promised_at="20.05.2026")


def test_an_asked_department_has_half_of_what_is_left() -> None:
    one = do(at_work(), "ask", EXECUTOR, department=ROADS, text="Чья дорога?")
    request = one.requests[0]
    # 168 working hours are left until 8 April at noon; half of them end on 24 March at 17:00
    assert request.due_at == datetime(2026, 3, 24, 14, 0, tzinfo=UTC)
    assert one.workflow.asked_due_at == request.due_at
    assert one.workflow.asked == [ROADS]
    assert "не к вашему" in refused(one, "reply", EXECUTOR, request=request.id, text="Наша")
    assert "запрос без ответа" in refused(one, "answer", OPERATOR, text="Готово.")
    replied = do(one, "reply", ROADMAN, request=request.id, text="Наша")
    assert replied.requests[0].state is RequestState.ANSWERED
    assert replied.workflow.asked == []
    assert_possible(replied)


def test_a_request_late_in_time_still_leaves_half_an_hour() -> None:
    late = replace(at_work(), deadline_at=NOW.astimezone(UTC) - timedelta(days=1))
    one = do(late, "ask", EXECUTOR, department=ROADS, text="Чья дорога?")
    # asked at noon, when lunch begins
    assert one.requests[0].due_at == NOW.astimezone(UTC) + timedelta(minutes=90)


def test_only_who_asked_or_the_desk_cancels_a_request() -> None:
    one = do(at_work(), "ask", EXECUTOR, department=ROADS, text="Чья дорога?")
    request = one.requests[0].id
    refused(one, "cancel_request", MATE, request=request)
    assert do(one, "cancel_request", EXECUTOR, request=request).workflow.asked == []


def test_an_appeal_is_registered_first() -> None:
    fresh = case(kind=Kind.APPEAL, registered_at=None)
    assert "зарегистрируйте" in refused(fresh, "assign", COORDINATOR, department=HOUSE)
    one = do(fresh, "register", OPERATOR)
    assert one.registered_at == NOW.astimezone(UTC)
    free = case(kind=Kind.APPEAL, registered_at=None, deadline_at=None)
    due = do(free, "register", OPERATOR).deadline_at
    # 30 days from 10 March end on Thursday 9 April
    assert due == datetime(2026, 4, 9, 15, 0, tzinfo=UTC)
    refused(one, "register", OPERATOR)
    assert "обращений" in refused(case(), "register", OPERATOR)
    for day in ("2026-03-01", "2026-04-01"):
        with pytest.raises(BadInputError):
            do(fresh, "register", OPERATOR, registered_at=day)


def test_forwarding_of_an_appeal_has_seven_days_and_copies() -> None:
    appeal = case(kind=Kind.APPEAL)
    copies = "Минстрой\nМинстрой\nГосжилинспекция"
    one = do(appeal, "forward", COORDINATOR, to="Росавтодор", copies=copies, reason="Их дорога")
    assert one.forwarded is not None
    assert one.forwarded.copies == ["Минстрой", "Госжилинспекция"]
    assert one.forwarded.due_at == datetime(2026, 3, 16, 20, 59, tzinfo=UTC)
    last = datetime(2026, 3, 16, 23, 0, tzinfo=NOW.tzinfo)
    assert do(appeal, "forward", COORDINATOR, last, to="А", reason="Б").state is State.FORWARDED
    with pytest.raises(RefusedError, match="7 дней"):
        do(appeal, "forward", COORDINATOR, last + timedelta(hours=2), to="А", reason="Б")


def test_a_message_is_forwarded_without_the_rules_of_appeals() -> None:
    late = NOW + timedelta(days=60)
    assert do(case(), "forward", COORDINATOR, late, to="А", reason="Б").forwarded is not None
    with pytest.raises(BadInputError, match="Копии"):
        do(case(), "forward", COORDINATOR, to="А", copies="В", reason="Б")


def test_the_term_is_extended_once_by_thirty_days_with_a_notice() -> None:
    appeal = at_work(Kind.APPEAL)
    good = {"until": "2026-05-07", "notified_at": "2026-03-10", "reason": "Экспертиза"}
    one = do(appeal, "extend", HEAD, **good)
    assert one.extension is not None
    assert one.deadline_at == datetime(2026, 5, 7, 20, 59, tzinfo=UTC)
    assert "один раз" in refused(one, "extend", HEAD, **good)
    assert "обращений" in refused(at_work(), "extend", HEAD, **good)
    for wrong in ({"until": "2026-05-09"}, {"until": "2026-04-01"}, {"notified_at": "2026-03-11"}):
        with pytest.raises(BadInputError):
            do(appeal, "extend", HEAD, **{**good, **wrong})
    for missing in good:
        with pytest.raises(BadInputError) as error:
            do(appeal, "extend", HEAD, **{**good, missing: " "})
        assert error.value.field == missing


def test_a_case_closes_when_each_of_its_questions_is_closed() -> None:
    one = do(at_work(Kind.APPEAL), "split", COORDINATOR, questions="Яма\nФонарь")
    first, second = (question.id for question in one.questions)
    code = "0003.0009.0097.0689"
    with pytest.raises(BadInputError, match="код"):
        do(one, "close_question", EXECUTOR, question=first, text="Да", result="решено")
    one = do(one, "give_question", COORDINATOR, question=first, appeal_code=code, department=ROADS)
    one = do(one, "give_question", COORDINATOR, question=second, appeal_code=code, assignee="el")
    assert [question.department for question in one.questions] == [ROADS, None]
    one = do(one, "close_question", EXECUTOR, question=first, text="Да", result="решено")
    one = do(one, "answer", OPERATOR, text="Сделано.")
    assert "Открыто вопросов: 1" in refused(one, "close", OPERATOR, result="решено")
    one = do(one, "close_question", EXECUTOR, question=second, text="Да", result="разъяснено")
    assert do(one, "close", OPERATOR, result="решено").state is State.CLOSED
    assert "обращений" in refused(at_work(), "split", COORDINATOR, questions="Яма\nФонарь")


def test_profiles_of_deadlines_do_not_cross_kinds() -> None:
    with pytest.raises(BadInputError):
        do(case(), "set_profile", COORDINATOR, profile="59fz-consideration")
    with pytest.raises(BadInputError):
        do(case(kind=Kind.APPEAL), "set_profile", COORDINATOR, profile="im-4h")
    assert do(case(), "set_profile", COORDINATOR, profile="im-4h").deadline_profile == "im-4h"


@pytest.mark.parametrize("code", ["0005", "0005.0005.0056.115", "05.05.0056.1153", "0005-0005"])
def test_a_wrong_appeal_code_is_refused(code: str) -> None:
    with pytest.raises(BadInputError) as error:
        do(case(), "classify", COORDINATOR, appeal_code=code)
    assert error.value.field == "appeal_code"


def test_three_classifiers_stand_side_by_side() -> None:
    one = do(
        case(),
        "classify",
        COORDINATOR,
        im_group="Дороги",
        im_theme="Ямы",
        appeal_code="0003.0009.0099.0742.0110",
        pos_category="Автомобильные дороги",
    )
    assert one.classifier.im_theme == "Ямы"
    assert one.classifier.appeal_code == "0003.0009.0099.0742.0110"
    assert one.history[-1].before == {
        "classifier.appeal_code": None,
        "classifier.im_group": None,
        "classifier.im_theme": None,
        "classifier.pos_category": None,
    }


def test_undo_puts_everything_back_and_says_so() -> None:
    before = given_to_house()
    undone = do(do(before, "take", EXECUTOR), "undo", EXECUTOR)
    assert undone.workflow == before.workflow
    assert undone.state is before.state
    assert (undone.history[-1].undoes, undone.history[-1].to) == (3, "take")
    assert_possible(undone)
    assert "Отменять нечего" in refused(undone, "undo", EXECUTOR)


def test_undo_leaves_what_others_did_meanwhile() -> None:
    one = do(do(at_work(), "note", EXECUTOR, text="Моя"), "note", MATE, text="Чужая")
    assert [note.text for note in do(one, "undo", EXECUTOR).notes] == ["Чужая"]


def test_undo_is_refused_for_what_was_sent_or_built_upon() -> None:
    sent = do(at_work(), "answer", OPERATOR, text="Готово.")
    assert "отменить нельзя" in refused(sent, "undo", OPERATOR)
    moved = do(at_work(), "assign", COORDINATOR, assignee=MATE.name)
    assert COORDINATOR.name in refused(moved, "undo", EXECUTOR)


def test_what_is_demanded_is_named() -> None:
    for name in ("note", "reject", "interim"):
        with pytest.raises(OtklikError) as error:
            do(at_work() if name == "interim" else case(), name, COORDINATOR)
        assert error.value.field


def test_showing_the_author_is_told_without_the_data() -> None:
    one = do(case(), "reveal", OPERATOR, reason="Уточнить адрес")
    event = one.history[-1]
    assert (event.what, event.reason, event.before) == ("reveal", "Уточнить адрес", {})
    refused(replace(case(), author=type(one.author)()), "reveal", OPERATOR, reason="Уточнить")
    with pytest.raises(ForbiddenError):
        do(case(), "reveal", EXECUTOR, reason="Хочу")


def test_asking_the_same_or_the_own_department_is_refused() -> None:
    one = do(at_work(), "ask", EXECUTOR, department=SCHOOL, text="Ваша дорожка?")
    for department in (SCHOOL, HOUSE):
        with pytest.raises(BadInputError):
            do(one, "ask", EXECUTOR, department=department, text="Ещё?")


HALF = person("half", Role.CUR, Role.BLOCK_HEAD, sector="people")
"""Sees everything, works in the block of schools only."""


def test_rights_of_one_role_do_not_pass_to_cases_of_another() -> None:
    foreign = at_work()
    assert "в работе у" in refused(foreign, "draft", MATE, text="Ответ")
    for name in ("assign", "draft", "answer", "note", "classify"):
        assert isinstance(refusal_of(foreign, RULES[name], HALF), ForbiddenError), name
    own = do(case(), "assign", COORDINATOR, department=SCHOOL)
    assert refusal_of(own, RULES["assign"], HALF) is None


def test_the_desk_steps_in_only_within_its_role() -> None:
    """An executor of one department who heads another block: a colleague's case is not theirs."""
    mixed = person("mixed", Role.EXECUTOR, Role.BLOCK_HEAD, department="house", sector="people")
    foreign = at_work()
    assert "в работе у" in refused(foreign, "draft", mixed, text="Ответ")
    asked = do(foreign, "ask", EXECUTOR, department=ROADS, text="Когда?")
    rid = asked.requests[0].id
    assert "Отменить может" in refused(asked, "cancel_request", mixed, request=rid)
    assert do(asked, "cancel_request", EXECUTOR, request=rid).requests[0].state == "cancelled"


def test_an_answer_without_approval_is_of_the_role_that_holds_the_case() -> None:
    mixed = person("mixed", Role.EXECUTOR, Role.BLOCK_HEAD, department="house", sector="people")
    held = do(given_to_house(), "take", mixed)
    assert "согласуют" in refused(held, "answer", mixed, text="Сделано.")
    school = do(case(), "assign", COORDINATOR, department=SCHOOL)
    assert do(do(school, "take", mixed), "answer", mixed, text="Сделано.").answers


def test_drafts_and_notes_are_shown_by_the_role_that_holds_the_case() -> None:
    noted = do(on_approval(), "note", EXECUTOR, text="Проверить")
    assert not seen_notes(noted, HALF)
    assert not seen_answers(noted, HALF)
    assert seen_notes(noted, EXECUTOR)
    assert seen_answers(noted, EXECUTOR)


def test_the_form_of_reveal_says_where_the_reason_stands() -> None:
    """`indexers.audit.project` takes no typed reason over into the journal."""
    (field,) = RULES["reveal"].fields
    assert field.hint == "Останется в истории обращения. В журнал причина не попадёт"
