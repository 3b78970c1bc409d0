"""Problems and lone messages in memory, and what becomes of each message that arrives: pure.

The same messages in the same order give the same problems, however they are cut into batches: what
is decided depends on nothing but what came before.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache

import xxhash
from msgspec import Struct

from app.problems.scoring import (
    MEASURE,
    Arrival,
    Gathered,
    Measure,
    Score,
    founded,
    is_open,
    leading,
    score,
)

Window = Callable[[str | None, str | None], timedelta]
"""Theme and group → how long after its last message a problem takes in others."""


class Decision(Struct, frozen=True):
    """`problem` None: the message stays alone until a second one comes."""

    problem: str | None
    score: Score | None = None
    founder: str | None = None
    """The lone message that becomes the first of a new problem with this one."""


def problem_id(founder: str) -> str:
    """Of the problem a case is the first message of: made of its id, so never another's."""
    return f"p{xxhash.xxh3_128_hexdigest(founder.encode())[:20]}"


class Register:
    """Holds what may take in messages of one batch; `load` adds to it."""

    def __init__(self, window: Window, measure: Measure = MEASURE) -> None:
        self._window, self._measure = cache(window), measure
        self.problems: dict[str, Gathered] = {}
        self.lone: dict[str, Gathered] = {}
        """By the id that each would have as a problem."""
        self._by_street: dict[tuple[str | None, str], set[str]] = defaultdict(set)
        self._by_theme: dict[tuple[str | None, str], set[str]] = defaultdict(set)

    def load(self, problems: Iterable[Gathered], lone: Iterable[Arrival] = ()) -> None:
        """A message whose problem is known is in it, also where its own write was cut off."""
        for one in problems:
            self.lone.pop(one.id, None)
            self._put(one, self.problems)
        for message in lone:
            if (name := problem_id(message.id)) not in self.problems:
                self._put(founded(message, name), self.lone)

    def assign(self, one: Arrival) -> Decision:
        """Decides and remembers. Of equals the older wins, then the smaller id."""
        best, found = self._best(one)
        if best is None or found is None:
            self.load([], [one])
            return Decision(None)
        founder = best.founder if best.id in self.lone else None
        if founder:
            self.problems[best.id] = self.lone.pop(best.id)
        best.take(one)
        self._index(best)
        return Decision(best.id, found, founder)

    def candidates(self, one: Arrival) -> list[Gathered]:
        """Open ones on its street, and of its theme where either names no street.

        Without a street the theme must be the same: text alone cannot reach `JOIN`. Two points side
        by side and one text could, but nothing is looked for by its point, here or in the engine:
        messages that share neither a street nor a theme stay apart.
        """
        same_theme = self._by_theme[one.municipality, one.theme] if one.theme else set[str]()
        ids = same_theme
        if one.street is not None:
            ids = self._by_street[one.municipality, one.street]
            ids = ids | {name for name in same_theme if not self._of(name).places}
        return [other for name in ids if self._is_open(other := self._of(name), one)]

    def _of(self, name: str) -> Gathered:
        return self.problems.get(name) or self.lone[name]

    def _best(self, one: Arrival) -> tuple[Gathered | None, Score | None]:
        best: tuple[float, float, str] | None = None
        chosen: tuple[Gathered, Score] | None = None
        for other in self.candidates(one):
            found = score(one, other, self._measure)
            if found is None or found.whole < self._measure.join:
                continue
            rank = (-found.whole, other.first_at.timestamp(), other.id)
            if best is None or rank < best:
                best, chosen = rank, (other, found)
        return chosen or (None, None)

    def _is_open(self, other: Gathered, one: Arrival) -> bool:
        theme = leading(other.themes) or one.theme
        return is_open(other, one.at, self._window(theme, leading(other.groups) or one.group))

    def _put(self, one: Gathered, where: dict[str, Gathered]) -> None:
        where[one.id] = one
        self._index(one)

    def _index(self, one: Gathered) -> None:
        for name in one.places:
            if "|" not in name:
                self._by_street[one.municipality, name].add(one.id)
        for theme in one.themes:
            self._by_theme[one.municipality, theme].add(one.id)
