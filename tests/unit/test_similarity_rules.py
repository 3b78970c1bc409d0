"""What tells two messages apart, what makes them one, and what is never merged."""

from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.similarity.answers import without_people
from app.similarity.evidence import asked_of
from app.similarity.judge import judge
from app.similarity.models import DUPLICATE_KINDS, LatLon, MatchKind, Subject
from app.similarity.objects import differing, marks, names, objects, same_name
from app.similarity.results import Candidate
from app.similarity.spot import spot_document, spot_of
from app.similarity.thresholds import DEFAULTS
from dev.bench.duplicates import town
from dev.bench.edit_words import TESTING, TUNING
from dev.bench.edits import Level, edit
from dev.bench.pairs import Given, elsewhere, hard_negatives, kind_of

NOW = datetime(2026, 5, 12, 9, tzinfo=UTC)


@cache
def texts() -> list[str]:
    return [demo.text for demo in town(TESTING, 400) if demo.origin == "ordinary"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Не горит опора № 12, д. 35а", ["дом:35а", "опора:12"]),
        ("на столбе №7 и в 3-м подъезде", ["опора:7", "подъезд:3"]),
        ("Во втором подъезде, кв. 14", ["квартира:14", "подъезд:2"]),
        ("у остановки «Школа», автобус 102", ["маршрут:102", "остановка:школа"]),
        ("школа №5, детский сад № 9, дом 11к1", ["дом:11к1", "сад:9", "школа:5"]),
        ("ул. Садовая 12, обращение № 123456", []),
    ],
)
def test_objects_of_a_text(text: str, found: list[str]) -> None:
    assert objects(text) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("лесная", "летная", False),
        ("первомайская", "аервомайской", True),
        ("12", "14", False),
        ("102а", "103а", False),
        ("ленина", "ленина", True),
        ("мира", "победы", False),
    ],
)
def test_a_slip_is_the_same_name_and_another_word_is_not(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same_name(other, one) is same


@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_differs_from_itself_or_from_what_it_is_a_part_of(one: str, other: str) -> None:
    for found in (objects, marks, names):
        assert differing(found(one), found(one)) is None
        assert differing(found(one), []) is None
        assert bool(differing(found(one), found(other))) == bool(
            differing(found(other), found(one))
        )


def test_equal_text_at_another_place_is_never_a_duplicate() -> None:
    for stock in (TUNING, TESTING):
        judged = elsewhere(texts(), 300, stock)
        assert (judged.merged, judged.as_template) == (0, 300)


def test_one_object_swapped_is_never_a_duplicate() -> None:
    for swap, judged in hard_negatives(texts(), 30, TESTING):
        assert judged.merged == 0, swap


@pytest.mark.parametrize("level", [Level.REPOST, Level.TYPOS, Level.REWORDED])
def test_an_edited_copy_is_a_duplicate_whichever_came_first(level: Level) -> None:
    chance = Random(3)  # noqa: S311 - edits, not secrets
    found = 0
    for text in texts()[:100]:
        copy = edit(text, level, TESTING, chance)
        kinds = kind_of((copy, Given()), (text, Given())), kind_of((text, Given()), (copy, Given()))
        assert kinds[0] == kinds[1]
        found += kinds[0] in DUPLICATE_KINDS
    assert found >= {Level.REPOST: 97, Level.TYPOS: 93, Level.REWORDED: 88}[level]


def case_document(text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "earlier",
        "number": "26-000001",
        "state": "in_progress",
        "received_at": (NOW - timedelta(hours=5)).isoformat(),
        "text": text,
        "place": {"street": "Мира", "house": "5"},
        "classifier": {"im_theme": "Нет воды", "im_group": "ЖКХ"},
        "author": {"key": "a"},
        **more,
    }


def related(text: str, document: dict[str, Any], **more: Any) -> MatchKind | None:
    given_fields = {"street": "Мира", "house": "5", "theme": "Нет воды", "group": "ЖКХ", **more}
    subject = Subject(text=text, received_at=NOW, **given_fields)
    match = judge(asked_of(subject), Candidate(document), DEFAULTS)
    return match.kind if match else None


WATER, TAP = "В кране сухо, помыться нельзя", "Когда дадут воду? Третий день носим вёдрами"


def test_the_same_place_is_necessary_and_not_enough() -> None:
    assert related(WATER, case_document(TAP)) is MatchKind.SAME_PLACE
    other_theme = {"im_theme": "Кошки", "im_group": "Животные"}
    assert related(WATER, case_document(TAP, classifier=other_theme)) is None
    closed = {"state": "closed", "closed_at": (NOW - timedelta(hours=1)).isoformat()}
    assert related(WATER, case_document(TAP, **closed)) is MatchKind.RECURRENCE
    closed_later = {"state": "closed", "closed_at": (NOW + timedelta(hours=1)).isoformat()}
    assert related(WATER, case_document(TAP, **closed_later)) is MatchKind.SAME_PLACE
    here, there = "Нет воды, подъезд 1", "Сухо в кранах, 2 подъезд"
    assert related(here, case_document(there)) is None


def test_what_is_being_typed_comes_now() -> None:
    long_ago = datetime.now(UTC) - timedelta(days=40)
    closed = {"state": "closed", "closed_at": (long_ago + timedelta(days=1)).isoformat()}
    old = case_document(TAP, received_at=long_ago.isoformat(), **closed)
    typed = asked_of(Subject(text=TAP, street="Мира", house="5"))
    match = judge(typed, Candidate(old), DEFAULTS)
    assert match is not None
    assert match.kind is MatchKind.RECURRENCE
    assert "Между ними 40 дн." in match.why


def test_one_author_s_messages_of_one_hour_are_a_batch() -> None:
    soon = case_document(TAP, received_at=(NOW - timedelta(minutes=20)).isoformat())
    assert related(WATER, soon, author_key="b") is MatchKind.SAME_PLACE
    assert related(WATER, soon, author_key="a") is None


def test_points_decide_where_there_is_no_address() -> None:
    here = {"street": None, "house": None, "point": LatLon(55.75, 37.61)}
    for metres, kind in ((20, MatchKind.SAME_PLACE), (150, None)):
        point = {"lat": 55.75 + metres / 111_195, "lon": 37.61}
        assert related(WATER, case_document(TAP, place={"point": point}), **here) is kind


def test_the_text_tells_the_place_where_fields_do_not() -> None:
    spot = spot_of("Нет света по ул. Первомайской, д. 35а, опора №3")
    assert (spot.street, spot.house, spot.told) == ("первомайская", "35а", True)
    assert spot.objects == ["дом:35а", "опора:3", "улица:первомайская"]
    given_spot = spot_of("Нет света на Мира 5", street="Улица Ленина", house="Д. 7 А")
    assert (given_spot.street, given_spot.house, given_spot.told) == ("ленина", "7а", False)
    street_alone = spot_of("Нет света, ул. Ленина, дом 29", street="Ленина")
    assert (street_alone.street, street_alone.house) == ("ленина", "29")
    assert spot_of("Нет света на Мира, 5", street="Ленина").house is None


def test_a_house_named_in_the_text_alone_keeps_two_messages_apart() -> None:
    there = "Сухо в кранах, ул. Мира, дом 7"
    assert related(WATER, case_document(there, place={"street": "Мира"})) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Уважаемая Анна Петровна! Сделано.", "Уважаемая •••! Сделано."),
        ("Марии Ивановой ответ направлен на m@ya.ru", "••• ответ направлен на m•••@ya.ru"),
        ("Ваша квартира 12 проверена 5 мая", "Ваша квартира ••• проверена 5 мая"),
        ("Работы на улице Мира завершены", "Работы на улице Мира завершены"),
    ],
)
def test_an_answer_names_nobody(text: str, shown: str) -> None:
    assert without_people(text, "Иванова Мария") == shown


@pytest.mark.parametrize("name", ["ИВАНОВА МАРИЯ", "иванова мария", "Иванова Мария"])
@pytest.mark.parametrize("text", ["Уважаемая Мария Иванова!", "УВАЖАЕМАЯ МАРИЯ ИВАНОВА!"])
def test_the_addressee_is_hidden_however_the_name_is_written(name: str, text: str) -> None:
    assert without_people(text, name) == f"{text.split(maxsplit=1)[0]} •••!"


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("Цой Яна", "Яне Цой: работы в Январе", "•••: работы в Январе"),
        ("Ким Анна", "Анне Ким и Анной, Верно", "••• и •••, Верно"),
        ("Пётр Ян", "Петру Яну ответили", "••• ответили"),
        ("Ли Вера", "Верно, Вере Ли ответили", "Верно, ••• ответили"),
        ("Управление по делам семьи", "По вопросу семьи", "По вопросу семьи"),
    ],
)
def test_a_short_name_is_hidden_in_any_form(name: str, text: str, shown: str) -> None:
    assert without_people(text, name) == shown


@given(
    st.sampled_from(["Мира", "ул. Ленина", "проспект Ленина", "Новая"]),
    st.sampled_from(["5", "Д. 7 А", "12/3", None]),
    st.sampled_from([TAP, "Яма на ул. Садовой, 3", "Нет света на Мира 5, опора №3"]),
)
def test_a_derived_place_is_the_one_read_anew(street: str, house: str | None, text: str) -> None:
    spot = spot_of(text, street=street, house=house)
    place = {"street": street, "house": house}
    kept = Candidate(case_document(text, place=place, spot=spot_document(spot)))
    assert kept.spot == Candidate(case_document(text, place=place)).spot


def test_an_address_that_was_changed_goes_before_the_derived_place() -> None:
    derived = {"street": "садовая", "house": "3"}
    moved = Candidate(case_document(TAP, spot=derived))
    assert (moved.spot.street, moved.spot.house) == ("мира", "5")
    renumbered = Candidate(case_document(TAP, spot={"street": "мира", "house": "3"}))
    assert renumbered.spot.house == "5"
