"""Pieces of words: what finds the misspelt and the kindred. Pure functions to clauses."""

import math
from typing import Any

from app.text.words import stop_words, words

Clause = dict[str, Any]

GRAM = 4
SHORTEST_GRAMMED = 6
"""Letters of a word found by its 4-grams: the one of «вода» is also in «заводах»."""
ENOUGH_GRAMS = 0.5
"""Share of a word's 4-grams that a misspelt one must keep; below it other words come in."""
EVERY = 3
"""In the rank every third piece is asked for, each beginning with the last letter of the former: a
third of the time, and no worse for it. XQuAD 0.797, with typos 0.769; with all pieces at 0.2 they
are 0.795 and 0.769, without any 0.782 and 0.754."""
PIECES_WEIGHT = 0.5
MOST_WORDS = 16
"""Words of a question: a longer one has enough right words, and each costs many terms."""


def telling_words(text: str) -> list[str]:
    """Different words of `text` that are looked for, folded."""
    return list(dict.fromkeys(word for word in words(text) if word not in stop_words()))


def is_grammed(word: str) -> bool:
    """Digits never go to 4-grams: one house number would find another."""
    return len(word) >= SHORTEST_GRAMMED and word.isalpha()


def _grams(word: str) -> list[str]:
    """Cut here and not by the field's analysis, which puts all grams of a word in one position:
    a match then takes any one of them for the word.
    """
    return [word[start : start + GRAM] for start in range(len(word) - GRAM + 1)]


def _gram_match(grams: list[str], **how: Any) -> Clause:
    """`lemma` is the analyzer that only splits at spaces."""
    return {"match": {"text.c4": {"query": " ".join(grams), "analyzer": "lemma", **how}}}


def nearly(word: str) -> Clause:
    """Documents with a word that shares half of its pieces."""
    grams = _grams(word)
    return _gram_match(grams, minimum_should_match=math.ceil(len(grams) * ENOUGH_GRAMS))


def pieces_of(text: str) -> Clause | None:
    """Some 4-grams of the question's words, however few of them a document has."""
    grams = _different_grams(text, EVERY)
    return _gram_match(grams, boost=PIECES_WEIGHT) if grams else None


def all_pieces_of(text: str) -> Clause | None:
    """Every 4-gram: a list of its own beside words and meaning. XQuAD of the three 0.841 so, 0.839
    with every third.
    """
    grams = _different_grams(text, 1)
    return _gram_match(grams) if grams else None


def _different_grams(text: str, every: int) -> list[str]:
    asked = [word for word in telling_words(text) if word.isalpha()][:MOST_WORDS]
    return list(dict.fromkeys(gram for word in asked for gram in _grams(word)[::every]))


def may_be_nearly(text: str) -> bool:
    """Whether any word is long enough to be found misspelt, in a question that is not too long."""
    telling = telling_words(text)
    return len(telling) <= MOST_WORDS and any(map(is_grammed, telling))
