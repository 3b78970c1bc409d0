"""Full names of people (ФИО) in what is typed."""

from app.text.lemmas import analyzer
from app.text.words import words

_SURNAME, _GIVEN, _PATRONYMIC = "Sur", "Giv", "Pat"
_MOST_WORDS = 200
"""A longer text is no question; each word costs some microseconds."""


def full_name(text: str) -> str | None:
    """The first full name in `text`, folded, the surname first; None where there is none.

    The case does not matter: questions are typed in lower case, too. A patronymic beside a given
    name is what tells a person from a street; a surname the dictionary lacks counts as one.
    """
    tokens = words(text)[:_MOST_WORDS]
    for first, second, third in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if _is(second, _GIVEN) and _is(third, _PATRONYMIC) and _is_surname(first):
            return f"{first} {second} {third}"
        if _is(first, _GIVEN) and _is(second, _PATRONYMIC) and _is_surname(third):
            return f"{third} {first} {second}"
    return None


def _is(word: str, name_type: str) -> bool:
    return any(one.feats.get("NameType") == name_type for one in analyzer().analyze(word))


def _is_surname(word: str) -> bool:
    is_word = word.isalpha() and len(word) > 1
    return is_word and (_is(word, _SURNAME) or not analyzer().is_known(word))
