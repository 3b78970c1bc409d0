"""Streets that the cases of an installation name: they tell a street from another word."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from app.text.words import fold

FEWEST = 2
"""Cases that must name a street: a slip of a table's cell comes once."""
MOST_STREETS = 20_000
"""The most frequent ones; a region of a million people has about 15,000 names."""
_LONGEST = 5
"""Words of a name: «50-летия Великой Октябрьской социалистической революции»."""
_WORD = re.compile(r"\w+(?:-\w+)*")


class NamedStreet(NamedTuple):
    name: str
    """As `place.street` has it: «Отрадная»."""
    start: int
    end: int
    """Where it stands in the folded text."""


class Streets:
    """Names of `place.street` with the cases of each; never changed once made."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = dict(counts)
        self._names: dict[str, str] = {}
        for name, _ in sorted(counts.items(), key=lambda pair: pair[1]):
            self._names[_key(name)] = name  # of two spellings the more frequent one stays
        self._longest = max((len(key.split()) for key in self._names), default=0)

    def __len__(self) -> int:
        return len(self._names)

    def holds(self, name: str) -> bool:
        return _key(name) in self._names

    def named_in(self, folded: str) -> list[NamedStreet]:
        """Names standing in a folded text, of overlapping ones the longest, from its beginning.

        Only in the form they are kept in: who inflects them is asked elsewhere.
        """
        tokens = list(_WORD.finditer(folded))
        found, place = [], 0
        while place < len(tokens):
            size = self._longest_at(tokens, place)
            if size:
                span = tokens[place].start(), tokens[place + size - 1].end()
                found.append(NamedStreet(self._names[_key(folded[span[0] : span[1]])], *span))
            place += size or 1
        return found

    def _longest_at(self, tokens: list[re.Match[str]], place: int) -> int:
        for size in range(min(self._longest, _LONGEST, len(tokens) - place), 0, -1):
            key = " ".join(token[0] for token in tokens[place : place + size])
            if key in self._names:
                return size
        return 0


def _key(name: str) -> str:
    return " ".join(_WORD.findall(fold(name)))


NO_STREETS = Streets({})
"""Before the first ones are counted: the common list and the dictionary alone."""


def chosen_streets(counts: Mapping[str, int]) -> dict[str, int]:
    """What of all counted names is kept, the most frequent first."""
    enough = [(name, count) for name, count in counts.items() if count >= FEWEST and _key(name)]
    return dict(sorted(enough, key=lambda pair: (-pair[1], pair[0]))[:MOST_STREETS])
