"""The panel over the real engine: kinds, reasons, scope, past answers."""

from datetime import timedelta
from typing import Any

import pytest

from app.cases.codes import DONE_STATES, AnswerKind, AnswerState, State
from app.cases.models import Answer, Author, Case, Classifier, Duplicate, Place
from app.engine.client import Engine
from app.engine.names import Index
from app.permissions import Permission
from app.similarity.models import CLOSED_STATES, MatchKind, Similar, Subject
from app.similarity.service import similar
from app.viewer import LOCAL_VIEWER, Scope, Viewer
from tests.integration.search_corpus import START, at, case, put

WATER = Classifier(im_group="ЖКХ", im_theme="Нет воды")
LEAK = "Третий день течёт труба в подвале дома, вода стоит по колено, пахнет сыростью, помогите"
POLE = "Не горит фонарь на опоре № 12 у остановки «Школа», вечером темно, дети идут из школы"


def water(number: int, text: str, state: State = State.IN_PROGRESS, **fields: Any) -> Case:
    given = {"classifier": WATER, "state": state, "place": at("Мира", "5"), **fields}
    return case(number, text, **given)


CASES = [
    water(1, LEAK),
    water(2, LEAK, place=at("Ленина", "7")),
    water(3, "В кранах сухо, стирать нечем", place=at("Отрадная", "9")),
    water(
        4,
        "Воды нет совсем, ни холодной, ни горячей",
        State.CLOSED,
        place=at("Отрадная", "11"),
        closed_at=START + timedelta(days=1),
    ),
    case(5, POLE, state=State.NEW, classifier=Classifier(), place=Place()),
    water(6, "Прошу проверить счётчик", place=Place(), duplicate=Duplicate(root="id-0001")),
    water(
        7,
        "Почему нет напора воды в доме, когда исправят насос",
        State.ANSWERED,
        place=at("Садовая", "1"),
        author=Author(name="Кузнецова Анна Павловна"),
        answers=[
            Answer("1", "Разбираемся", kind=AnswerKind.INTERIM),
            Answer(
                "2",
                "Уважаемая Анна Павловна! Насос заменён, звоните +7 900 123-45-67. Ваша кв. 14.",
                at=START + timedelta(days=2),
            ),
        ],
    ),
    water(
        8,
        "Почему нет напора воды в доме, когда исправят насос?",
        State.IN_PROGRESS,
        place=at("Садовая", "3"),
        answers=[Answer("1", "Секретный черновик", state=AnswerState.DRAFT)],
    ),
]  # fmt: skip


@pytest.fixture
async def town(engine: Engine) -> Engine:
    await put(engine, CASES)
    return engine


def by_id(found: Similar) -> dict[str, MatchKind | None]:
    return {match.case_id: match.kind for match in [*found.duplicates, *found.similar]}


async def ask(
    engine: Engine, text: str, viewer: Viewer | None = LOCAL_VIEWER, **more: Any
) -> Similar:
    given = {"received_at": START + timedelta(days=9), **more}
    return await similar(engine, viewer, Subject(text=text, **given))


async def test_each_kind_is_told_from_the_others(town: Engine) -> None:
    assert CLOSED_STATES == DONE_STATES
    here = {"street": "ул. Мира", "house": "д. 5", "theme": "Нет воды", "group": "ЖКХ"}
    found = await ask(town, f"rt {LEAK.upper()}!!!", **here)
    assert found.by_words_only
    assert by_id(found)["id-0001"] is MatchKind.EXACT
    assert by_id(found)["id-0002"] is MatchKind.TEMPLATE_COPY
    assert found.duplicates[0].why[:2] == ["Текст тот же", "Тот же дом: Мира, 5"]
    edited = await ask(town, f"Добрый день! {LEAK.replace('третий', 'трeтий')} скорее", **here)
    assert by_id(edited)["id-0001"] is MatchKind.EDITED
    quoted = await ask(town, f"Мне ответили отпиской. Писала я вот что: {LEAK}. {POLE}.")
    assert by_id(quoted)["id-0001"] is MatchKind.QUOTE


async def test_open_at_the_same_place_is_a_duplicate_and_closed_a_recurrence(town: Engine) -> None:
    there = {"street": "Отрадная", "theme": "Нет воды", "group": "ЖКХ"}
    open_one = await ask(town, "Опять не идёт вода, помыться нельзя", house="9", **there)
    assert by_id(open_one)["id-0003"] is MatchKind.SAME_PLACE
    closed = await ask(town, "Опять не идёт вода, помыться нельзя", house="11", **there)
    assert by_id(closed)["id-0004"] is MatchKind.RECURRENCE
    assert "id-0003" not in {match.case_id for match in closed.duplicates}


@pytest.mark.parametrize(
    ("was", "now"),
    [("№ 12", "№ 14"), ("«Школа»", "«Рынок»"), ("опоре № 12", "опоре № 12а")],
)
async def test_another_object_is_never_merged(town: Engine, was: str, now: str) -> None:
    found = await ask(town, POLE.replace(was, now))
    assert by_id(found)["id-0005"] is MatchKind.TEMPLATE_COPY
    assert not found.duplicates


async def test_a_cited_duplicate_leads_to_its_main_case(town: Engine) -> None:
    found = await ask(town, "Пишу повторно, обращение № 26-000006 без ответа")
    first = found.duplicates[0]
    assert (first.case_id, first.kind, first.through) == ("id-0001", MatchKind.CITES, "26-000006")
    direct = await ask(town, "Прошлое обращение ИМ-700003 закрыли")
    assert by_id(direct)["id-0003"] is MatchKind.CITES


async def test_answers_name_nobody_and_drafts_are_not_answers(town: Engine) -> None:
    found = await ask(town, "Нет напора воды в доме, исправьте насос", theme="Нет воды")
    assert [answer.case_id for answer in found.answers] == ["id-0007"]
    said = found.answers[0].text
    assert said == "Уважаемая •••! Насос заменён, звоните •••67. Ваша кв. •••."


async def test_nobody_sees_more_here_than_elsewhere(town: Engine) -> None:
    seen = Viewer(
        name="one",
        permissions=frozenset({Permission.CASE_VIEW}),
        scopes=(Scope(None, frozenset({"Отдел 2"}), None),),
    )
    for viewer, ids in ((None, set()), (seen, {"id-0002"})):
        found = await ask(town, f"{LEAK} обращение 26-000006", viewer, street="Мира", house="5")
        assert set(by_id(found)) == ids
        assert found.answers == []


async def test_a_stored_vector_needs_no_model(town: Engine) -> None:
    for case_id in ("id-0003", "id-0008"):
        fields = {"emb": [1.0] + [0.0] * 383, "emb_ver": "test"}
        alias = town.write_alias(Index.CASES)
        await town.client.update(index=alias, id=case_id, doc=fields, refresh=True)
    found = await ask(town, "Ничего общего", id="id-0003", theme="Нет воды", group="ЖКХ")
    assert not found.by_words_only
    assert by_id(found)["id-0008"] is None
    assert "Близко по смыслу" in found.similar[0].why
    assert (await ask(town, "Ничего общего", id="id-0001")).by_words_only


async def test_answers_come_with_the_cases_where_many_were_answered(engine: Engine) -> None:
    """Then nothing is asked for besides: the answers of the best found are read."""
    many = [
        water(
            number,
            f"Нет напора воды на этаже {number}",
            State.ANSWERED,
            place=at("Садовая", str(number)),
            author=Author(name="Кузнецова Анна Павловна"),
            answers=[Answer("1", f"Анна Павловна, насос номер {number} заменён", at=START)],
        )
        for number in range(20, 34)
    ]
    await put(engine, many)
    found = await ask(engine, "Нет напора воды", street="Садовая", house="25")
    assert len(found.answers) == 10
    assert found.answers[0].case_id == "id-0025"
    assert {"Анна" in answer.text for answer in found.answers} == {False}
