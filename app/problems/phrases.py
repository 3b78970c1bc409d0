"""Words and pairs of words that tell a problem from others of its theme: pure.

Log-odds with the theme as its prior (Monroe, Colaresi, Quinn 2008): a rare word of one message
does not win over one that half of them have.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log, sqrt

from app.problems.models import Phrase
from app.text.formal import formal_words
from app.text.lemmas import lemmatise

MOST = 8
_LEAST_COUNT = 2
_LEAST_LETTERS = 4
_LEAST_Z = 1.0
_PRIOR = 0.5


def key_phrases(
    messages: Sequence[str], others: Sequence[str], streets: Sequence[str] = (), most: int = MOST
) -> list[Phrase]:
    """`messages` and `others` as lemmas with spaces; counts are messages of the problem. Names of
    its `streets` are left out: the place is told beside.
    """
    places = {word for street in streets for word in lemmatise(street).split()}
    mine, theirs = _counted(messages), _counted(others)
    scored = [
        (_z(count, len(messages), theirs[words], len(others)), count, words)
        for words, count in mine.items()
        if count >= _LEAST_COUNT and places.isdisjoint(words.split())
    ]
    scored = [one for one in scored if one[0] >= _LEAST_Z]
    scored.sort(key=lambda one: (-one[0], -one[1], one[2]))
    return _without_parts([Phrase(words, count) for _, count, words in scored], most)


def _counted(messages: Iterable[str]) -> Counter[str]:
    """In how many messages each word and each pair is."""
    counts: Counter[str] = Counter()
    for lemmas in messages:
        words = lemmas.split()
        telling = [_tells(word) for word in words]
        found = {word for word, tells in zip(words, telling, strict=True) if tells}
        for place in range(len(words) - 1):
            if telling[place] and telling[place + 1]:
                found.add(f"{words[place]} {words[place + 1]}")
        counts.update(found)
    return counts


def _tells(lemma: str) -> bool:
    return len(lemma) >= _LEAST_LETTERS and lemma.isalpha() and lemma not in formal_words()


def _z(count: int, total: int, other: int, others: int) -> float:
    """How many of its own deviations the log-odds lie above those of the theme."""
    here, there = count + _PRIOR, other + _PRIOR
    odds = log(here / (total - count + _PRIOR)) - log(there / (others - other + _PRIOR))
    return odds / sqrt(1 / here + 1 / there)


def _without_parts(phrases: list[Phrase], most: int) -> list[Phrase]:
    """A word that stands in a phrase already told, or a phrase with such a word, tells no more."""
    told: list[Phrase] = []
    used: set[str] = set()
    for one in phrases:
        words = set(one.words.split())
        if words & used:
            continue
        used |= words
        told.append(one)
        if len(told) == most:
            break
    return told
