"""Addresses in the spellings people use, and what must not be taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.addresses import (
    STREET_TYPES,
    canonical_house,
    canonical_street,
    find_address,
    parse_address,
)
from app.text.streets import Streets, chosen_streets
from app.text.words import fold


@pytest.mark.parametrize(
    ("text", "street_type", "street", "house"),
    [
        ("ул. Ленина, д. 35а", "ул.", "Ленина", "35а"),
        ("Ленина 35", None, "Ленина", "35"),
        ("ленина35", None, "Ленина", "35"),
        ("улица Ленина дом 35 корпус 2", "ул.", "Ленина", "35к2"),
        ("пр-т Мира, 4/2", "пр-т", "Мира", "4/2"),
        ("нет воды на ленина 35 уже неделю", None, "Ленина", "35"),
        ("по улице Первомайской 12 яма", "ул.", "Первомайская", "12"),
        ("на Ленинском проспекте 5", "пр-т", "Ленинский", "5"),
        ("Московское шоссе 88", "ш.", "Московское", "88"),
        ("ул. 50 лет Октября, 12", "ул.", "50 лет Октября", "12"),
        ("Карла Маркса 5", None, "Карла Маркса", "5"),
        ("ул. 1-я Садовая д.3", "ул.", "1-я Садовая", "3"),
        ("Ленина ул., 35", "ул.", "Ленина", "35"),
        ("пр. Победы 104 корп. 2 стр 1", "пр-т", "Победы", "104к2с1"),
        ("ленина 35 а", None, "Ленина", "35а"),
        ("Ленина 35 а вода не идёт", None, "Ленина", "35"),
        ("ул. Набережная 52", "ул.", "Набережная", "52"),
        ("ул. Терешковой 4", "ул.", "Терешковой", "4"),
        ("ул. Ленина прорвало трубу 35", "ул.", "Ленина", None),
    ],
)
def test_spellings(text: str, street_type: str | None, street: str, house: str | None) -> None:
    assert parse_address(text) == (street_type, street, house)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "35",
        "улица",
        "дом 5",
        "школа 12",
        "автобус 35",
        "Лесная 5 дней без света",
        "дворник Иванова 5 лет не убирает",
        "нет горячей воды на Ленина",
        "проезд между домами",
        "на улице вечером холодно",
        "наш проезд 5",
    ],
)
def test_no_guessing(text: str) -> None:
    assert parse_address(text) is None


def test_the_words_around_are_kept() -> None:
    found = find_address("Нет воды на Карла Маркса, д. 5 корп 2 уже неделю")
    assert found is not None
    assert (found.before, found.after) == ("нет воды на", "уже неделю")


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_failure(text: str) -> None:
    found = find_address(text)
    assert found is None or found.address.street


@given(
    st.sampled_from(sorted(STREET_TYPES)), st.sampled_from(["Ленина", "Гагарина", "50 лет Октября"])
)
def test_order_and_case_of_a_street_do_not_matter(street_type: str, name: str) -> None:
    spellings = {f"{street_type} {name}", f"{name} {street_type}", f"{street_type} {name}".upper()}
    assert {canonical_street(text) for text in spellings} == {(street_type, name)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ленина", (None, "Ленина")),
        ("ул. Королёва", ("ул.", "Королёва")),
        ("ул. Молодежная", ("ул.", "Молодёжная")),
        ("ул. им. Кирова", ("ул.", "Кирова")),
        ("Набережная", (None, "Набережная")),
        ("", (None, None)),
        ("ул.", (None, None)),
        ("12", (None, None)),
    ],
)
def test_canonical_street(text: str, expected: tuple[str | None, str | None]) -> None:
    assert canonical_street(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("35 А", "35а"),
        ("Д. 35а", "35а"),
        ("35 корп. 2", "35к2"),
        ("35 стр.1", "35с1"),
        ("4/2", "4/2"),
        ("б/н", None),
        ("1234567", None),
    ],
)
def test_canonical_house(text: str, expected: str | None) -> None:
    assert canonical_house(text) == expected


STREETS = Streets({"Пчелиная": 9, "Вторая Речка": 4, "Дом": 7, "Пчелинная": 2, "Королёва": 3})


@pytest.mark.parametrize(
    ("text", "street", "house"),
    [
        ("пчелиная 5а", "Пчелиная", "5а"),
        ("яма на вторая речка", "Вторая Речка", None),
        ("вторая речка, д. 7 нет света", "Вторая Речка", "7"),
        ("королева 12", "Королёва", "12"),
    ],
)
def test_streets_of_the_cases_are_known(text: str, street: str, house: str | None) -> None:
    found = find_address(text, STREETS)
    assert found is not None
    assert (found.address.street, found.address.house) == (street, house)


@pytest.mark.parametrize("text", ["пчелиная ферма", "пчелиная 5 дней", "дом 5", "речка 5"])
def test_a_known_street_alone_is_a_word(text: str) -> None:
    assert find_address(text, STREETS) is None


@given(st.text(max_size=100), st.dictionaries(st.text(max_size=20), st.integers(1, 9), max_size=5))
def test_any_list_of_streets_is_survived(text: str, counts: dict[str, int]) -> None:
    streets = Streets(counts)
    folded = fold(text)
    for named in streets.named_in(folded):
        assert named.name in counts
        assert streets.holds(folded[named.start : named.end])


def test_only_streets_that_several_cases_name_are_kept() -> None:
    assert chosen_streets({"Мира": 5, "Опечатка": 1, "Садовая": 9, "—": 7}) == {
        "Садовая": 9,
        "Мира": 5,
    }
