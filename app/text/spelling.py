"""The words an index holds, and the nearest of them to a misspelt one."""

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from symspellpy import SymSpell, Verbosity

from app.text.lemmas import analyzer, own_words
from app.text.words import stop_words, words

FEWEST = 3
"""Documents that must hold a word the dictionary does not know: typos of the index come once."""
MOST_WORDS = 60_000
"""The most frequent words; 7,000 real messages have 30,000 forms, most of them once."""
_LATIN_FEWEST = 2
_LONGEST = 40
_SHORTEST = 3

SHORTEST_CHECKED = 4
FAR_FROM = 7
"""Letters of a word from which two mistakes are looked for; in shorter ones, one."""
_FARTHEST = 2
_PREFIX = 6
"""Letters of a word that are indexed: fewer take less memory, more are quicker to search."""

_LETTERS = re.compile(r"[а-я]+|[a-z]+")
_CYRILLIC = re.compile("[а-я]+")


class Vocabulary:
    """Words of an index with the number of documents of each; never changed once made."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = dict(counts)
        self._near = SymSpell(_FARTHEST, _PREFIX)
        for word, count in self._counts.items():
            if _CYRILLIC.fullmatch(word):
                self._near.create_dictionary_entry(word, count)

    def __len__(self) -> int:
        return len(self._counts)

    def holds(self, word: str) -> bool:
        """Whether `word`, folded, is in enough documents to be meant."""
        return word in self._counts

    def nearest(self, word: str) -> str | None:
        """The word at the smallest edit distance, of several the most frequent; None if far."""
        distance = _FARTHEST if len(word) >= FAR_FROM else 1
        found = self._near.lookup(word, Verbosity.TOP, distance)
        return str(found[0].term) if found else None


NO_WORDS = Vocabulary({})
"""Before the first one is built: the dictionary alone, and nothing to correct by."""


def is_word(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a folded word is right as it is: for the dictionary, our lists or the index."""
    return (
        vocabulary.holds(word)
        or word in stop_words()
        or word in own_words()
        or bool(analyzer().is_known(word))
    )


def correction(word: str, vocabulary: Vocabulary) -> str | None:
    """The word that was meant by a folded one; None where it is right or nothing is near."""
    if len(word) < SHORTEST_CHECKED or not _CYRILLIC.fullmatch(word) or is_word(word, vocabulary):
        return None
    return vocabulary.nearest(word)


def words_of(text: str) -> set[str]:
    """Different words of a document that a vocabulary counts: letters only, not too long."""
    return {
        word
        for word in words(text)
        if _SHORTEST <= len(word) <= _LONGEST and _LETTERS.fullmatch(word)
    }


def chosen(counts: Counter[str]) -> dict[str, int]:
    """What of all counted words makes a vocabulary: frequent, or known and there at all."""
    kept: dict[str, int] = {}
    for word, count in counts.most_common():
        fewest = _LATIN_FEWEST if word.isascii() else FEWEST
        if count >= fewest or (not word.isascii() and analyzer().is_known(word)):
            kept[word] = count
        if len(kept) == MOST_WORDS:
            break
    return kept


def pack(counts: Mapping[str, int]) -> bytes:
    """As it is stored: a line a word, compressed; equal for equal words."""
    lines = (f"{word}\t{count}\n" for word, count in sorted(counts.items()))
    return gzip.compress("".join(lines).encode(), mtime=0)


def unpack(packed: bytes) -> dict[str, int]:
    lines: Iterable[str] = gzip.decompress(packed).decode().splitlines()
    pairs = (line.partition("\t") for line in lines)
    return {word: int(count) for word, _, count in pairs}
