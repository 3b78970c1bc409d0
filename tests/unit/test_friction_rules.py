"""What in a case looks like friction: each rule on cases that have it and that have not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.cases.codes import AnswerKind, AnswerState, LinkKind, State
from app.cases.models import (
    Answer,
    Author,
    Case,
    Classifier,
    Duplicate,
    Event,
    Link,
    Place,
    Rating,
    Workflow,
)
from app.errors import BadInputError
from app.friction import rules
from app.friction.answers import answer_hash, asked_of
from app.friction.models import Kind
from app.friction.rules import Context
from app.friction.tone import find_tone, read_lines, shipped_lines, written
from tests.casework import ZONE, case

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
CONTEXT = Context(shipped_lines(), ZONE, NOW)
ROOF = "Протекает кровля над подъездом, вода заливает лестницу, штукатурка осыпается"
PIT = "Глубокая яма на проезжей части возле школы, машины пробивают колёса"
LAMP = "Погас фонарь освещения у детской площадки, темно возвращаться с занятий"


def day(number: int, month: int = 3) -> datetime:
    return datetime(2026, month, number, 9, tzinfo=UTC)


def answered(number: int, text: str, answer: str, **fields: Any) -> Case:
    sent = Answer(f"a{number}", answer, at=day(12), by="petrova")
    values = {"state": State.ANSWERED, "answers": [sent], **fields}
    return case(number, text=text, **values)


def test_a_low_mark_counts_and_a_fair_one_does_not() -> None:
    low = rules.low_mark(answered(1, ROOF, "Сделано", rating=Rating(2, day(14), "Ничего")))
    assert low
    assert low.why[0] == "Автор поставил ответу 2 из 5"
    assert low.at == day(14)
    assert low.who == "petrova"
    assert rules.low_mark(answered(1, ROOF, "Сделано", rating=Rating(3))) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Опять отписки! Надоело.", ["отписки", "надоело"]),
        ("Напишу в прокуратуру", ["напишу в прокуратуру"]),
        ("Диспетчер нахамила и бросила трубку", ["нахамила"]),
        ("Спасибо, это не обман", []),
        ("Не горит фонарь", []),
    ],
)
def test_sharp_words_are_named(text: str, words: list[str]) -> None:
    found = find_tone([None, text], shipped_lines())
    assert {one.written for one in found} >= set(words)
    assert bool(found) == bool(words)


def test_the_list_is_edited_as_one_text() -> None:
    lines = list(shipped_lines())
    assert read_lines(written(lines), lines) == lines
    more = read_lines(f"{written(lines)}\n\nСвоё: так у нас говорят\nкак об стенку горох", lines)
    assert [one.name for one in more[len(lines) :]] == ["Своё"]
    for bad in ("Без пояснения\nслово", "Имя: смысл", "Имя: смысл\n!!!", "А: б\nв\n\nА: б\nг"):
        with pytest.raises(BadInputError):
            read_lines(bad, lines)


def pair(**fields: Any) -> tuple[Case, Case]:
    """Answered on the 12th, and what came on the 17th."""
    author, theme = Author(key="k"), Classifier(im_theme="Кровля")
    first = answered(1, ROOF, "Сделано", author=author, classifier=theme)
    values: dict[str, Any] = {"author": author, "classifier": theme, "received_at": day(17)}
    return first, case(2, text=ROOF, **{**values, **fields})


def test_who_writes_again_after_the_answer_is_found() -> None:
    first, second = pair()
    found = rules.repeat(second, [first, second])
    assert found
    assert found.why == ["Тот же автор снова: через 5\u00a0дней после ответа на прежнее обращение"]
    assert found.others == ["case-1"]
    assert rules.repeat(first, [first, second]) is None


def test_a_repeat_stays_one_when_the_first_case_is_answered_again() -> None:
    first, second = pair()
    again = [*first.answers, Answer("a2", "Переделано", at=day(22), by="petrova")]
    found = rules.repeat(second, [replace(first, answers=again)])
    assert found
    assert "через 5\u00a0дней" in found.why[0]


@pytest.mark.parametrize(
    "fields",
    [
        {"author": Author(key="other")},
        {"classifier": Classifier(im_theme="Дороги")},
        {"place": Place(municipality="Верхнереченск", street="Ленина", house="7")},
        {"place": Place(municipality="Инокраевск")},
        {"received_at": day(11)},
        {"received_at": day(12) + timedelta(days=181)},
    ],
)
def test_what_is_no_repeat(fields: dict[str, Any]) -> None:
    first, second = pair(**fields)
    assert rules.repeat(second, [first]) is None


def test_people_s_word_goes_before_authors_and_places() -> None:
    far = {"author": Author(key="other"), "place": Place(municipality="Инокраевск")}
    first, linked = pair(**far, links=[Link(LinkKind.REPEAT, "case-1", "26-1", day(17), "oper")])
    assert rules.repeat(linked, [first])
    first, same = pair(**far, duplicate=Duplicate(of="case-1", root="case-1"))
    assert rules.repeat(same, [first])


def formal(one: Case, *others: Case) -> list[str]:
    asked = [asked_of(it, {}) for it in others]
    found = rules.formal_answer(one, asked_of(one, {}), asked)
    return found.why if found else []


def test_one_text_for_three_questions_is_found() -> None:
    text = "Ваше обращение рассмотрено, кровля, яма и освещение взяты на контроль."
    roof, pit, lamp = (
        answered(number, said, text, classifier=Classifier(im_theme=said[:6]))
        for number, said in enumerate((ROOF, PIT, LAMP), 1)
    )
    assert answer_hash(roof) == answer_hash(pit)
    why = formal(roof, roof, pit, lamp)
    assert why == ["Тем же текстом ответили ещё на 2\u00a0обращения о другом"]
    assert formal(roof, roof, pit) == []
    same = answered(4, f"{ROOF} давно", text, classifier=Classifier(im_theme=ROOF[:6]))
    assert formal(roof, roof, pit, same) == []


def test_an_answer_about_something_else_is_found() -> None:
    why = formal(answered(1, ROOF, "Благодарим за активную гражданскую позицию."))
    assert len(why) == 1
    assert why[0].startswith("В ответе нет ни одного слова из вопроса: протекать, кровля")
    assert formal(answered(1, ROOF, "Протечку устранили, спасибо.")) == []
    assert formal(answered(1, ROOF, "Место осмотрено 12 октября, недостаток устранён.")) == []
    assert formal(answered(1, ROOF, "Благодарим, звоните: 8 (000) 000-00-00."))
    assert formal(answered(1, "Не горит фонарь", "Благодарим за обращение.")) == []
    draft = Answer("a", "Благодарим.", state=AnswerState.DRAFT)
    assert formal(case(1, text=ROOF, answers=[draft])) == []


def moved(*steps: tuple[str, str | None], **work: Any) -> Case:
    """`steps`: what was done, and which department the case left by it."""
    history = [
        Event(seq, day(seq), what, "oper", before={"workflow.department": left})
        for seq, (what, left) in enumerate(steps, 1)
    ]
    return case(1, history=history, work={"department": "В", **work})


def test_ping_pong_is_counted_by_what_the_case_left() -> None:
    twice = rules.ping_pong(moved(("assign", None), ("return", "А"), ("return", "Б")))
    assert twice
    assert twice.why == ["Вернули «не наше» 2\u00a0раза", "Путь: А → Б → В"]
    assert rules.ping_pong(moved(("assign", "А"), ("assign", "Б"))) is None
    assert rules.ping_pong(moved(("assign", "А"), ("assign", "Б"), ("assign", "В")))
    assert rules.ping_pong(moved(returned=2))
    one = moved(("return", "А"), ("return", "Б"))
    undone = Event(3, day(3), "undo", "oper", before={"workflow.department": None}, undoes=2)
    taken = case(1, history=[*one.history, undone], work={"department": "Б"})
    assert rules.ping_pong(taken) is None


def interim(number: int, at: datetime, promised: datetime) -> Answer:
    return Answer(f"i{number}", "Сделаем", AnswerKind.INTERIM, at=at, promised_at=promised)


def test_a_promise_is_held_against_its_first_day() -> None:
    kept = [interim(1, day(1), day(10)), Answer("f", "Сделано", at=day(10))]
    assert rules.promise(case(1, answers=kept), CONTEXT) is None
    late = [interim(1, day(1), day(10)), interim(2, day(9), day(20)), Answer("f", "Да", at=day(19))]
    found = rules.promise(case(1, answers=late), CONTEXT)
    assert found
    assert found.why == ["Обещали к 10.03.2026, ответили 19.03.2026: +9\u00a0дней"]
    open_ = rules.promise(case(1, answers=late[:1]), CONTEXT)
    assert open_
    assert open_.why == ["Обещали к 10.03.2026, ответа всё ещё нет"]
    often = [interim(number, day(number), day(number, 5)) for number in (1, 2, 3)]
    assert "переносили 2" in rules.promise(case(1, answers=often), CONTEXT).why[0]  # type: ignore[union-attr] - it is found
    closed = case(1, answers=late[:1], state=State.REJECTED)
    assert rules.promise(closed, CONTEXT) is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200), st.integers(1, 5))
def test_no_text_breaks_a_rule(text: str, answer: str, mark: int) -> None:
    one = answered(1, text or "?", answer, rating=Rating(mark), workflow=Workflow())
    found = [rules.low_mark(one), rules.tone(one, CONTEXT), rules.promise(one, CONTEXT)]
    found.append(rules.formal_answer(one, asked_of(one, {}), [asked_of(one, {})]))
    assert all(one is None or one.why for one in found)
    assert found[0] is None or found[0].kind is Kind.LOW_MARK
