"""Words that a question may have and a message need not (`app/text/data/formal_words.txt`)."""

from collections.abc import Collection
from functools import cache

from app.text.lemmas import lemmatise
from app.text.words import read_list, words


@cache
def formal_words() -> frozenset[str]:
    """Lemmas: greetings, requests, the officialese of classifiers."""
    listed = (word for line in read_list("formal_words.txt") for word in words(line))
    return frozenset(map(lemmatise, listed))


def split_formal(text: str, kept: Collection[str] = ()) -> tuple[str, str]:
    """`text` without its formal words, and these; words with a lemma of `kept` are never formal.

    Where there are no others the whole text is what is asked for.
    """
    telling: list[str] = []
    formal: list[str] = []
    for word in text.split():
        (formal if _is_formal(word, kept) else telling).append(word)
    if not lemmatise(" ".join(telling)):
        return text, ""
    return " ".join(telling), " ".join(formal)


def _is_formal(word: str, kept: Collection[str]) -> bool:
    lemmas = lemmatise(word).split()
    return bool(lemmas) and all(lemma in formal_words() and lemma not in kept for lemma in lemmas)
