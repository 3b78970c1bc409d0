"""Problems and lone messages in memory, and what becomes of each message that arrives: pure.

The same messages in the same order give the same problems, however they are cut into batches: what
is decided depends on nothing but what came before.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta

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
Territory = tuple[str | None, str | None]


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
        self._window, self._measure = window, measure
        self.problems: dict[str, Gathered] = {}
        self.lone: dict[str, Gathered] = {}
        """By the id that each would have as a problem."""
        self._by_street: dict[tuple[Territory, str], set[str]] = defaultdict(set)
        self._placeless: dict[Territory, set[str]] = defaultdict(set)
        self._whole: dict[Territory, set[str]] = defaultdict(set)

    def load(self, problems: Iterable[Gathered], lone: Iterable[Arrival] = ()) -> None:
        for one in problems:
            self._put(one, self.problems)
        for message in lone:
            self._put(founded(message, problem_id(message.id)), self.lone)

    def assign(self, one: Arrival) -> Decision:
        """Decides and remembers. Of equals the older wins, then the smaller id."""
        best, found = self._best(one)
        if best is None or found is None:
            self._put(founded(one, problem_id(one.id)), self.lone)
            return Decision(None)
        founder = best.founder if best.id in self.lone else None
        if founder:
            self.problems[best.id] = self.lone.pop(best.id)
        best.take(one)
        self._index(best)
        return Decision(best.id, found, founder)

    def _best(self, one: Arrival) -> tuple[Gathered | None, Score | None]:
        best: tuple[float, float, str] | None = None
        chosen: tuple[Gathered, Score] | None = None
        for other in self._candidates(one):
            found = score(one, other, self._measure)
            if found is None or found.whole < self._measure.join:
                continue
            rank = (-found.whole, other.first_at.timestamp(), other.id)
            if best is None or rank < best:
                best, chosen = rank, (other, found)
        return chosen or (None, None)

    def _candidates(self, one: Arrival) -> list[Gathered]:
        if one.street is None:
            ids = self._whole[one.territory]
        else:
            ids = self._by_street[one.territory, one.street] | self._placeless[one.territory]
        found = [self.problems.get(name) or self.lone[name] for name in ids]
        return [other for other in found if is_open(other, one.at, self._window_of(one, other))]

    def _window_of(self, one: Arrival, other: Gathered) -> timedelta:
        return self._window(leading(other.themes) or one.theme, leading(other.groups) or one.group)

    def _put(self, one: Gathered, where: dict[str, Gathered]) -> None:
        where[one.id] = one
        self._index(one)

    def _index(self, one: Gathered) -> None:
        self._whole[one.territory].add(one.id)
        streets = {name.partition("|")[0] for name in one.places}
        for street in streets:
            self._by_street[one.territory, street].add(one.id)
        if streets:
            self._placeless[one.territory].discard(one.id)
        else:
            self._placeless[one.territory].add(one.id)
