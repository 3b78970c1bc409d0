"""Finding the row of headings, and headings made comparable."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.intake.tables.header import find_heading, normalise_header, number_headers

EXPECTED = (frozenset({"текст инцидента", "текст"}), "дата создания", "тема")


def test_headings_differ_in_looks_only() -> None:
    for text in (
        "Текст инцидента",
        "'ТЕКСТ  ИНЦИДЕНТА:",
        "\ufeffтекст\nинцидента",
        "«Текст инцидента»",
    ):
        assert normalise_header(text) == "текст инцидента"
    assert normalise_header("Приём") == normalise_header("прием")


def test_repeats_are_numbered() -> None:
    assert number_headers(["Время", "время ", "", "Время (2)", "Время"]) == [
        "Время",
        "время (2)",
        "Столбец 3",
        "Время (2) (2)",
        "Время (3)",
    ]


@given(st.lists(st.sampled_from(["а", "А", "а (2)", "", " ", "Столбец 2", "б", "'"]), max_size=12))
def test_numbered_headings_never_repeat(headers: list[str]) -> None:
    numbered = number_headers(headers)
    keys = [normalise_header(name) for name in numbered if normalise_header(name)]
    assert len(numbered) == len(headers)
    assert len(set(keys)) == len(keys)


def test_expected_headings_win_over_a_fuller_row() -> None:
    sample: list[list[Any]] = [
        ["а", "б", "в", "г", "д"],
        ["Дата создания", "Текст", None, "x"],
        ["1", "2", "3", "4"],
    ]
    found = find_heading(sample, EXPECTED)
    assert found is not None
    assert (found.index, found.matches) == (1, 2)


def test_one_expected_word_in_a_title_is_no_heading() -> None:
    sample: list[list[Any]] = [
        ["Тема", None],
        ["Название", "Цена", "Страна"],
        ["хлеб", 45, "Россия"],
    ]
    found = find_heading(sample, EXPECTED)
    assert found is not None
    assert (found.index, found.matches) == (1, 0)


def test_a_title_and_numbers_are_skipped_when_nothing_is_expected() -> None:
    sample: list[list[Any]] = [
        ["Отчёт за февраль"],
        ["№", "Дата", "Текст"],
        ["1", "01.02.2026", "яма"],
    ]
    found = find_heading(sample, ())
    assert found is not None
    assert found.names == ("№", "Дата", "Текст")
    assert find_heading([[1, 2], [3, 4]], ()) is None
    assert find_heading([], EXPECTED) is None
