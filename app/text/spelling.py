"""The words an index holds, and the nearest of them to a misspelt one."""

import gzip
import re
from collections import Counter
from collections.abc import Mapping

from symspellpy import SymSpell, Verbosity

from app.text.lemmas import analyzer, own_words
from app.text.streets import NO_STREETS, Streets
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
    """Words of an index with the number of documents of each, and the streets they name.

    Never changed once made.
    """

    def __init__(self, counts: Mapping[str, int], streets: Streets = NO_STREETS) -> None:
        self.streets = streets
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


_STREET = "@"
"""Begins the line of a street: no word has it."""


def pack(counts: Mapping[str, int], streets: Mapping[str, int]) -> bytes:
    """As they are stored: a line a word or street, compressed; equal for equal ones."""
    lines = [f"{word}\t{count}\n" for word, count in sorted(counts.items())]
    lines += [f"{_STREET}{name}\t{count}\n" for name, count in sorted(streets.items())]
    return gzip.compress("".join(lines).encode(), mtime=0)


def unpack(packed: bytes) -> Vocabulary:
    words_found: dict[str, int] = {}
    streets: dict[str, int] = {}
    for line in gzip.decompress(packed).decode().splitlines():
        name, _, count = line.partition("\t")
        kept = streets if name.startswith(_STREET) else words_found
        kept[name.removeprefix(_STREET)] = int(count)
    return Vocabulary(words_found, Streets(streets))
