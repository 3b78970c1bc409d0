"""A question is mended in steps that tell what they did and can be switched off one by one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.params import parse_params
from app.search.understanding import SWITCHES, Understood, understand
from app.text.spelling import Vocabulary

WORDS = Vocabulary({"отопления": 9, "водоснабжение": 40, "подъезд": 30, "ромашкинцы": 5, "mesh": 4})
PIECES = ["ytn", "djls", "вoда", "TKO", "водоснобжение", "-свет", "или", "ИЛИ", "|", '"', "35a"]
QUESTIONS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map(" ".join)


def asked(text: str, *asis: str) -> Understood:
    return understand(text, asis, WORDS)


def codes(text: str, *asis: str) -> list[str]:
    return [change.code for change in asked(text, *asis).changes]


@pytest.mark.parametrize(
    ("text", "used", "code"),
    [
        ("ytn djls", "нет воды", "layout"),
        (",tp djls", "без воды", "layout"),
        ("ujhzxtq djls, yt ,eltn?", "горячей воды не будет", "layout"),
        ("yt hf,jnftn kban", "не работает лифт", "layout"),
        ("вoда", "вода", "lookalikes"),
        ("TKO не вывозят", "ТКО не вывозят", "lookalikes"),
        ("35a ленина", "35а ленина", "lookalikes"),
        ("водоснобжение", "водоснабжение", "spelling"),
        ("djljcyj,;tybt", "водоснабжение", "spelling"),
    ],
)
def test_a_word_is_mended_and_that_is_told(text: str, used: str, code: str) -> None:
    found = asked(text)
    assert " ".join(found.text.replace(",", "").replace("?", "").split()) == used
    told = next(change for change in found.changes if change.code == code)
    assert told.before
    assert told.after
    assert f"«{told.after}»" in told.message


@pytest.mark.parametrize(
    "text",
    [
        "wifi", "Super Bowl", "vk ok", "mesh", "iPhone", "https://vk.com/wall-1", "a@b.ru",
        "ромашкинцы", "улица Урицкого", "кот", "26-000123", "ГВС", "abc123", "d",
    ],
)  # fmt: skip
def test_what_is_right_or_unknown_stays(text: str) -> None:
    assert asked(text).text == text
    assert not {"layout", "spelling", "lookalikes"} & set(codes(text))


def test_words_in_quotes_and_streets_keep_their_spelling() -> None:
    assert asked('"водоснобжение"').phrases == ("водоснобжение",)
    assert asked("ул. Подьезда 5").text == "ул. Подьезда 5"


def test_a_minus_takes_out_and_a_dash_or_a_lonely_minus_does_not() -> None:
    found = asked('вода -свет -"нет газа"')
    assert (found.text, found.without) == ("вода", ("свет", "нет газа"))
    assert asked("вода - свет").without == asked("вода -5").without == ()
    assert asked("-свет").without == ()
    assert asked("какой-то").without == ()


def test_or_gives_alternatives_in_short_questions_and_aloud_in_any() -> None:
    assert [side.text for side in asked("нет воды или света").alternatives] == ["нет воды", "света"]
    assert [side.text for side in asked("вода OR свет | газ").alternatives] == [
        "вода", "свет", "газ",
    ]  # fmt: skip
    sentence = "кто должен убирать снег или наледь во дворе нашего дома"
    assert asked(sentence).alternatives == ()
    assert asked("или вода").alternatives == asked("вода или").alternatives == ()
    assert asked('"вода или свет"').alternatives == ()


def test_synonyms_are_told_with_their_abbreviation() -> None:
    told = next(change for change in asked("нет ГВС").changes if change.before == "нет, гвс")
    assert "«горячая вода»" in told.message
    other = next(change for change in asked("горячая вода").changes if change.code == "synonyms")
    assert "«ГВС»" in other.message
    assert codes("течёт крыша") == ["synonyms"]
    assert codes("ромашкинцы") == []


def test_what_is_recognised_comes_first() -> None:
    assert codes("26-000123 ленина 35 ytn djls")[:3] == ["number", "address", "layout"]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("number", "26-000123"),
        ("address", "ленина 35"),
        ("lookalikes", "вoда"),
        ("layout", "ytn djls"),
        ("spelling", "водоснобжение"),
        ("synonyms", "ГВС"),
        ("formal", "прошу убрать снег"),
        ("quotes", '"нет воды"'),
        ("without", "вода -свет"),
        ("either", "вода или свет"),
    ],
)
def test_each_step_is_told_and_switched_off_alone(code: str, text: str) -> None:
    assert code in codes(text)
    assert code not in codes(text, code)
    others = [name for name in SWITCHES if name != code]
    assert codes(text, *others) == [code]


@given(QUESTIONS)
def test_it_never_fails_and_tells_only_what_it_changed(text: str) -> None:
    found = asked(text)
    for change in found.changes:
        assert change.code in {"cut", *SWITCHES}
        assert change.before != change.after or change.code in {"number", "address"}


@given(QUESTIONS.filter(lambda text: not set(text) & set('"“”„')))
def test_with_all_switched_off_words_are_as_written(text: str) -> None:
    found = asked(text, *SWITCHES)
    assert found.text == " ".join(text.split())
    assert (found.phrases, found.without, found.alternatives, found.changes) == ((), (), (), ())
    assert (found.numbers, found.address, found.synonyms) == ((), None, False)


@given(st.lists(st.sampled_from(["ytn", "djls", "вoда", "водоснобжение", "TKO", "свет", "кран"])))
def test_mended_words_need_no_mending(parts: list[str]) -> None:
    once = asked(" ".join(parts))
    assert asked(once.text).text == once.text


def test_a_long_question_is_understood_at_once() -> None:
    text = "ytn djls водоснобжение на улеце " * 30
    asked(text)
    started = time.perf_counter()
    asked("нет горячей воды на улице ленина 35 третий день")
    assert time.perf_counter() - started < 0.05
    asked(text)
    assert time.perf_counter() - started < 0.5


def test_the_address_keeps_what_is_switched_off() -> None:
    params = parse_params([("q", "вода"), ("asis", "spelling,layout")])
    assert params.asis == ("layout", "spelling")
    assert ("asis", "layout,spelling") in params.pairs()
    assert params.switched("layout").asis == ("spelling",)
    assert params.switched("synonyms").asis == ("layout", "spelling", "synonyms")
