"""Opposite demands: told by words, never where people want the same; measured on a small set."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.polls.demand_words import Axis
from app.polls.demands import demands, telling_lemmas
from app.polls.sides import Division, Said, divisions
from app.text.lemmas import lemmatise

SET = tomllib.loads((Path(__file__).parent / "divided_demands.toml").read_text())
ORDINARY: list[list[str]] = [one["texts"] for one in SET["ordinary"]]
DIVIDED = SET["divided"]
LEAST_FOUND = 0.7
"""Of the divided problems of the set: the rules rather miss one than make one up."""


def told(text: str) -> list[tuple[str, Axis, bool]]:
    return [(one.what, one.axis, one.wanted) for one in demands(text)]


def said(texts: list[str], *, twice: bool = False) -> list[Said]:
    """Each text by an author of its own, or by two: then a single text is a side."""
    voices = range(2 if twice else 1)
    return [
        Said(f"c{number}-{voice}", f"a{number}-{voice}", text)
        for number, text in enumerate(texts)
        for voice in voices
    ]


@pytest.mark.parametrize(
    ("text", "what", "axis", "wanted"),
    [
        ("Уберите парковку!", "парковка", Axis.BEING, False),
        ("Парковку уберите", "парковка", Axis.BEING, False),
        ("Сделайте, пожалуйста, парковку", "парковка", Axis.BEING, True),
        ("Не делайте парковку", "парковка", Axis.BEING, False),
        ("Просим вас не строить здесь парковку", "парковка", Axis.BEING, False),
        ("Не надо убирать парковку", "парковка", Axis.BEING, True),
        ("Нельзя закрывать рынок", "рынок", Axis.ACCESS, True),
        ("Не трогайте деревья", "дерево", Axis.BEING, True),
        ("Не дайте спилить деревья", "дерево", Axis.BEING, True),
        ("Прекратите вырубку деревьев", "дерево", Axis.BEING, True),
        ("Мы против строительства храма", "храм", Axis.ANY, False),
        ("Нужна парковка", "парковка", Axis.BEING, True),
        ("Нам не нужна парковка", "парковка", Axis.ANY, False),
        ("Запретите парковку", "парковка", Axis.ANY, False),
    ],
)
def test_a_demand_is_told_with_its_side(text: str, what: str, axis: Axis, wanted: bool) -> None:
    assert (what, axis, wanted) in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "Обещали убрать парковку",
        "Они хотят спилить деревья",
        "Машину поставить негде",
        "Открыть калитку невозможно",
        "Парковку убрали ещё весной",
        "Трогать деревья",
        "Уберите двор",
        "Уберите парковку от снега",
        "Уберите сломанные качели",
        "Говорят, что надо было строить раньше",
        "",
    ],
)
def test_what_is_only_told_or_may_mean_two_things_asks_for_nothing(text: str) -> None:
    assert told(text) == []


def test_the_sides_are_told_with_words_authors_and_an_example() -> None:
    texts = ["Сделайте парковку", "Нужна парковка", "Уберите парковку. Спасибо", "Против парковки"]
    [one] = divisions(said(texts))
    assert (one.what, one.wanted.authors, one.against.authors) == ("парковка", 2, 2)
    assert one.wanted.words == ["сделайте парковку", "нужна парковка"]
    assert (one.against.case_id, one.against.example) == ("c2-0", "Уберите парковку")


def test_one_author_however_loud_is_no_side() -> None:
    loud = [Said(f"c{number}", "one", "Уберите парковку") for number in range(9)]
    others = [Said(f"d{number}", f"a{number}", "Сделайте парковку") for number in range(5)]
    assert divisions([*loud, *others]) == []
    nameless = [Said(f"e{number}", "", "Уберите парковку") for number in range(9)]
    assert divisions([*nameless, *others]) == []


def test_who_asks_for_both_is_on_neither_side() -> None:
    both = [Said(f"c{number}", f"a{number}", "Уберите парковку") for number in range(2)]
    then = [Said(f"d{number}", f"a{number}", "Сделайте парковку") for number in range(2)]
    assert divisions([*both, *then]) == []


@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.sampled_from(
                ["Сделайте парковку", "Уберите парковку", "Нет воды", "Спилите дерево"]
            ),
        ),
        max_size=20,
    )
)
def test_a_division_stands_on_authors_of_its_own_side_only(given_: list[tuple[int, str]]) -> None:
    messages = [Said(f"c{n}", f"a{author}", text) for n, (author, text) in enumerate(given_)]
    asking = {
        text: {author for author, its in given_ if its == text}
        for text in ("Сделайте парковку", "Уберите парковку")
    }
    makers, removers = asking.values()
    only = [makers - removers, removers - makers]
    found = divisions(messages)
    assert bool(found) == (min(map(len, only)) >= 2)
    for one in found:
        assert [one.wanted.authors, one.against.authors] == list(map(len, only))
    assert divisions(list(reversed(messages)))[:1] == [] or found


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for one in demands(text):
        assert one.what
        assert one.written


def test_every_demand_is_found_by_the_words_the_engine_looks_for() -> None:
    wanted = set(telling_lemmas())
    texts = [text for one in DIVIDED for text in (*one["wanted"], *one["against"])]
    for text in (*texts, *(text for them in ORDINARY for text in them)):
        if demands(text):
            assert wanted & set(lemmatise(text).split()), text


def test_people_who_want_the_same_are_never_called_divided() -> None:
    every = [text for texts in ORDINARY for text in texts]
    assert len(every) >= 40
    for texts in ORDINARY:
        assert _named(divisions(said(texts, twice=True))) == []


def test_most_divided_problems_are_found_and_none_on_a_wrong_object() -> None:
    found = {
        one["what"]: _named(divisions(said([*one["wanted"], *one["against"]]))) for one in DIVIDED
    }
    wrong = {what: named for what, named in found.items() if named not in ([], [what])}
    assert wrong == {}
    assert sum(bool(named) for named in found.values()) >= LEAST_FOUND * len(DIVIDED), found


def _named(found: list[Division]) -> list[str]:
    return [one.what for one in found]
