"""«Срок» of a case opened: each stage with what it was worked out from, and never a false one."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from app.cases.codes import AnswerKind, AnswerState, Basis, Importance, Kind, State
from app.cases.deadlines import stage_of, timed
from app.cases.models import Answer, Case, Extension
from app.cases.pages.stages import StageView, stage_views
from app.deadlines.models import Book, Stage
from app.deadlines.shipped import PROFILES, SHIPPED
from tests.casework import NOW, ZONE, case

RECEIVED = datetime(2026, 3, 6, 16, 30, tzinfo=ZONE)


def fresh(kind: Kind = Kind.MESSAGE, **fields: object) -> Case:
    given = {"received_at": RECEIVED, "deadline_at": None, **fields}
    if kind is Kind.APPEAL:
        given = {"registered_at": RECEIVED, **given}
    return case(1, kind, **given)


def views(one: Case, book: Book = SHIPPED) -> dict[str, StageView]:
    return {each.title: each for each in stage_views(one, book, ZONE)}


def answer(state: AnswerState, kind: AnswerKind, at: datetime, **fields: datetime) -> Answer:
    return Answer(id="a1", text="Делаем", kind=kind, state=state, at=at, **fields)


def test_every_stage_of_an_appeal_shows_its_working_the_main_one_first() -> None:
    shown = stage_views(fresh(Kind.APPEAL), SHIPPED, ZONE)
    assert [(one.title, one.main) for one in shown] == [
        ("Ответ", True),
        ("Регистрация", False),
        ("Перенаправление", False),
    ]
    consideration, registration, _ = shown
    assert consideration.steps[-1] == "Срок: пятница 03.04.2026, до 18:00."
    assert any("воскресенье 05.04.2026" in step for step in consideration.steps)
    assert registration.ended == "сделано 06.03.2026\u00a016:30"
    assert not consideration.ended


def test_what_the_steps_end_with_is_what_the_stage_has() -> None:
    for kind in Kind:
        for importance in (None, Importance.HIGH):
            one = fresh(kind, importance=importance)
            for view in stage_views(one, SHIPPED, ZONE):
                assert f"{view.due_at.astimezone(ZONE):%d.%m.%Y, до %H:%M}" in view.steps[-1]


def test_a_term_that_was_left_by_a_change_of_its_rule_does_not_show_the_new_working() -> None:
    one = fresh()
    longer = replace(PROFILES["im-4h"], amount=8 * 60)
    told = views(one, replace(SHIPPED, profiles=SHIPPED.profiles | {"im-4h": longer}))["Ответ"]
    assert told.due_at == one.deadline_at
    assert told.steps == [
        "Срок посчитан порядком «"
        + longer.name
        + "» по правилам, которые с тех пор изменили, а этот срок оставили: "
        "10.03.2026\u00a011:30. По нынешним вышло бы 10.03.2026\u00a016:30."
    ]
    gone = views(one, replace(SHIPPED, profiles={}))["Ответ"]
    assert gone.steps == ["Срок: 10.03.2026\u00a011:30. Каким порядком он посчитан, неизвестно."]


def test_given_promised_and_chosen_say_who_named_the_day() -> None:
    due = RECEIVED + timedelta(days=12)
    given = timed(None, replace(fresh(), deadlines=[]), SHIPPED, RECEIVED, given=due)
    assert stage_of(given, Stage.ANSWER).basis is Basis.GIVEN  # type: ignore[union-attr]
    assert "откуда пришло обращение: 18.03.2026" in views(given)["Ответ"].steps[0]
    sent = answer(AnswerState.SENT, AnswerKind.INTERIM, RECEIVED, promised_at=due)
    promised = replace(fresh(), state=State.INTERIM, answers=[sent], promised_at=due)
    promised = timed(fresh(), promised, SHIPPED, RECEIVED)
    interim = views(promised)["Окончательный ответ после промежуточного"]
    assert interim.main
    assert interim.steps == [
        "В промежуточном ответе 06.03.2026\u00a016:30 обещано ответить до 18.03.2026\u00a016:30."
    ]
    chosen = views(fresh(deadline_profile="im-8h"))["Ответ"]
    assert chosen.steps[0] == "Порядок расчёта выбран для этого обращения отдельно."
    assert chosen.steps[-1] == "Срок: вторник 10.03.2026, до 16:30."


def test_an_extension_is_told_after_the_working_of_what_it_extends() -> None:
    one = fresh(Kind.APPEAL)
    was = stage_of(one, Stage.ANSWER)
    assert was
    until = was.due_at + timedelta(days=30)
    extension = Extension(until, was.due_at, NOW, "koord", "Нужна экспертиза", NOW)
    told = views(timed(one, replace(one, extension=extension), SHIPPED, NOW))["Ответ"]
    assert told.due_at == until
    assert "Срок: пятница 03.04.2026, до 18:00." in told.steps
    assert told.steps[-1] == (
        "Рассмотрение продлено (59-ФЗ, статья 12, часть 2): было до 03.04.2026\u00a018:00, "
        "стало до 03.05.2026\u00a018:00."
    )


def test_a_clock_that_stands_still_is_told_and_then_what_it_cost() -> None:
    one = fresh(deadline_profile="pos-fast")
    sent = answer(AnswerState.SENT, AnswerKind.INTERIM, NOW)
    stands = timed(one, replace(one, state=State.INTERIM, answers=[sent]), SHIPPED, NOW)
    told = views(stands)["Ответ"].steps
    assert told[-1].startswith("С 10.03.2026\u00a012:00 срок стоит: отправлен промежуточный")
    later = NOW + timedelta(days=3)
    runs = timed(stands, replace(stands, state=State.IN_PROGRESS), SHIPPED, later)
    assert any("всего 3\u00a0дня" in step for step in views(runs)["Ответ"].steps)


def test_what_is_over_says_when_and_whether_in_time() -> None:
    one = fresh()
    late = replace(one, state=State.CLOSED, closed_at=NOW + timedelta(days=5))
    assert views(timed(one, late, SHIPPED, NOW))["Ответ"].ended == (
        "сделано 15.03.2026\u00a012:00, позже срока"
    )
    unknown = replace(one, state=State.CLOSED, closed_at=None)
    assert views(timed(one, unknown, SHIPPED, NOW))["Ответ"].ended == "работа закончена"
