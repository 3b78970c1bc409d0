"""Whole numbers out of addresses and forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInputError
from app.numbers import LARGEST, chosen_number, whole_number


@given(st.integers(0, LARGEST))
def test_a_number_is_read_as_it_is_written(number: int) -> None:
    assert whole_number(str(number)) == number


@given(st.text())
def test_any_text_is_a_number_within_bounds_or_none(text: str) -> None:
    number = whole_number(text, 50, least=3)
    assert number is None or (3 <= number <= 50 and int(text) == number)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "²", "٣", " 7", "9" * 5_000])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert whole_number(text) is None


@pytest.mark.parametrize("text", ["0", "11", "9" * 5_000, "²"])
def test_a_choice_out_of_bounds_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadInputError, match="Нет такой страницы") as refused:
        chosen_number(text, "page", 10, "Нет такой страницы.")
    assert refused.value.field == "page"
