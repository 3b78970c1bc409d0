"""Mends words one by one: foreign lookalikes, the wrong layout, misspellings.

A step gets all words of a question and gives as many back. It changes a word only where the
result is known and the word itself is not; a word with digits is a number, a house or a code.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from app.text.layout import (
    in_lookalikes,
    is_latin,
    latin_words,
    typed_in_russian,
    without_lookalikes,
)
from app.text.spelling import FAR_FROM, Vocabulary, correction, is_word
from app.text.words import fold, words

MOST_CHECKED = 24
"""Words whose spelling is looked at: each takes up to 0.1 ms, and a longer question has enough
right ones."""
_SURE = 3
"""Letters of a word that alone proves the wrong layout; «yt» is proved by its neighbours."""
_TRAILING = ".,;:!?&)]}/'"
_LEADING = "([{'"
_LETTERS = re.compile(r"[^\W\d_]+")
_VOWEL = re.compile("[аеиоуыэюяё]")
_NO_BEGINNING = ("ъ", "ь", "ы")


@dataclass(frozen=True)
class Word:
    text: str
    kept: bool = False
    """In quotes or part of an address: its spelling is meant."""


Step = Callable[[list[Word], Vocabulary], list[str]]


def mend_lookalikes(asked: list[Word], vocabulary: Vocabulary) -> list[str]:
    return [_LETTERS_AND_DIGITS.sub(lambda m: _native(m[0], vocabulary), w.text) for w in asked]


_LETTERS_AND_DIGITS = re.compile(r"[^\W_]+")


def _native(word: str, vocabulary: Vocabulary) -> str:
    if mended := without_lookalikes(word):
        return mended
    mended = in_lookalikes(word)
    meant = mended and not _is_latin_word(word, vocabulary) and is_word(fold(mended), vocabulary)
    return mended if mended and meant else word


def mend_layout(asked: list[Word], vocabulary: Vocabulary) -> list[str]:
    """First the words that are certain, then, where they are most, the others in their company."""
    latin = [place for place, word in enumerate(asked) if _may_be_mistyped(word.text, vocabulary)]
    mended = {place: _known_in_russian(asked[place].text, vocabulary) for place in latin}
    sure = [place for place in latin if len(mended[place] or "") >= _SURE]
    long = [place for place in latin if len(asked[place].text) >= _SURE]
    result = [word.text for word in asked]
    for place in latin if sure else []:
        company = 2 * len(sure) >= len(long)
        result[place] = mended[place] or (_likely(asked[place].text, company) or result[place])
    return result


def _may_be_mistyped(token: str, vocabulary: Vocabulary) -> bool:
    if not is_latin(token) or any(character.isdigit() for character in token):
        return False
    return not any(_is_latin_word(word, vocabulary) for word in words(token))


def _is_latin_word(word: str, vocabulary: Vocabulary) -> bool:
    folded = fold(word)
    return folded in latin_words() or vocabulary.holds(folded)


def _known_in_russian(token: str, vocabulary: Vocabulary) -> str | None:
    """A comma may be a «б» or a comma: all of the token first, then without its ends."""
    for core in (token, _core(token)):
        typed = typed_in_russian(core)
        found = words(typed)
        if found and all(_is_nearly_word(word, vocabulary) for word in found):
            return typed
    return None


def _is_nearly_word(word: str, vocabulary: Vocabulary) -> bool:
    """A long word of another layout is seldom near any word by chance: a typo in it may be."""
    near = len(word) >= FAR_FROM and correction(word, vocabulary)
    return bool(near) or is_word(word, vocabulary)


def _core(token: str) -> str:
    return token.lstrip(_LEADING).rstrip(_TRAILING)


def _likely(token: str, company: bool) -> str | None:
    """An unknown name among mistyped words, where it could be read aloud."""
    typed = typed_in_russian(_core(token))
    can_be_read = bool(_VOWEL.search(fold(typed))) and not fold(typed).startswith(_NO_BEGINNING)
    return typed if company and can_be_read and _LETTERS.search(typed) else None


def mend_spelling(asked: list[Word], vocabulary: Vocabulary) -> list[str]:
    result = [word.text for word in asked]
    for place, word in enumerate(asked[:MOST_CHECKED]):
        if not word.kept and not any(character.isdigit() for character in word.text):
            result[place] = _LETTERS.sub(lambda m: _spelled(m[0], vocabulary), word.text)
    return result


def _spelled(word: str, vocabulary: Vocabulary) -> str:
    return correction(fold(word), vocabulary) or word


STEPS: dict[str, Step] = {
    "lookalikes": mend_lookalikes,
    "layout": mend_layout,
    "spelling": mend_spelling,
}
"""In their order: only a word of one alphabet has a layout, only a Russian one is spelt."""


def changed(before: Collection[str], after: Collection[str]) -> tuple[str, str]:
    """The words that differ, as they were and as they are, without punctuation around them."""
    pairs = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    was = " ".join(_core(old) or old for old, _ in pairs)
    return was, " ".join(" ".join(words(new)) for _, new in pairs)
