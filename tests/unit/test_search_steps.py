"""How far a question is widened, and which of its words a message need not have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.steps import FEW, STEPS, wider_steps
from app.search.understanding import understand
from app.text.formal import split_formal

LONG = "прорвало трубу возле детского сада"


def steps(text: str, *asis: str) -> list[int]:
    return [number for number, _ in wider_steps(understand(text, asis))]


@given(st.text(max_size=120), st.lists(st.sampled_from(["nearly", "loosened"]), unique=True))
def test_each_step_is_wider_than_the_one_before(text: str, asis: list[str]) -> None:
    found = steps(text, *asis)
    assert 0 not in found
    assert found == sorted(set(found))
    assert set(found) <= set(range(len(STEPS)))


@pytest.mark.parametrize(
    ("text", "asis", "expected"),
    [
        ("вода", (), [1]),  # one short word: in answers, too
        ("водоснабжение", (), [2]),  # one long word: also misspelt
        ("водоснабжение", ("nearly",), [1]),
        ("нет воды", (), [1, 4, 5]),  # of two words half is all
        ("нет отопления", (), [2, 4, 5, 6]),
        (LONG, (), [3, 4, 5, 6]),
        (LONG, ("loosened",), [2]),
        (LONG, ("nearly",), [3, 4, 5]),
        (LONG, ("nearly", "loosened"), [1]),
        ('"прорвало трубу" вчера', (), [2, 4, 5, 6, 7, 8, 10, 11, 12]),
    ],
)
def test_only_steps_that_say_something_else(
    text: str, asis: tuple[str, ...], expected: list[int]
) -> None:
    assert steps(text, *asis) == expected


@pytest.mark.parametrize(
    ("text", "enough"),
    [("прорвало трубу", FEW), (LONG, FEW), ("трубу ленина 35", 1)],
)
def test_how_many_are_enough(text: str, enough: int) -> None:
    assert {few for _, few in wider_steps(understand(text))} == {enough}


def test_exact_words_are_given_up_only_where_nobody_wrote_them() -> None:
    asked = understand('"прорвало трубу" вчера')
    assert {few for number, few in wider_steps(asked) if not STEPS[number].literal} == {1}


@pytest.mark.parametrize(
    ("text", "telling", "formal"),
    [
        ("Здравствуйте! Прошу убрать снег", "убрать снег", "здравствуйте прошу"),
        ("ненадлежащее содержание дорог", "дорог", "ненадлежащее содержание"),
        ("управляющая организация", "управляющая организация", ""),  # a term with synonyms
        ("жалоба", "жалоба", ""),  # there is nothing else
        ('"прошу убрать" снег', "прошу убрать снег", ""),  # exact words are meant
        ("нет воды", "нет воды", ""),
    ],
)
def test_formal_words_are_not_required(text: str, telling: str, formal: str) -> None:
    asked = understand(text)
    assert (asked.telling, asked.text) == (telling, asked.text)
    told = [change.before for change in asked.changes if change.code == "formal"]
    assert told == ([formal] if formal else [])
    assert understand(text, ["formal"]).telling == asked.text


@given(st.text(max_size=200))
def test_no_word_is_lost(text: str) -> None:
    telling, formal = split_formal(text)
    assert sorted([*telling.split(), *formal.split()]) == sorted(text.split())
    assert telling or not text.split()


def test_a_letter_is_asked_for_by_its_first_words() -> None:
    letter = " ".join(f"слово{n}" for n in range(60))
    asked = understand(f"{letter} {letter}")
    assert asked.telling.split() == [f"слово{n}" for n in range(40)]
    assert [change.code for change in asked.changes] == ["cut"]
    assert understand("вода " * 20).telling == "вода"
    assert understand("вода🔥" * 20).telling == "вода"
