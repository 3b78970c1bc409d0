"""Where messages of one problem or theme ask for opposite things of one object. Pure rules."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from app.polls.demand_words import Axis
from app.polls.demands import Demand, demands

LEAST_SIDE, SIDE_SHARE = 2, 0.15
"""Distinct authors a side must have, and of all that take one."""
SHOWN_WORDS = 3
SHOWN_DIVISIONS = 3
_AXES = (Axis.BEING, Axis.ACCESS)


class Said(Struct, frozen=True):
    """A message; the newest come first."""

    id: str
    author: str
    text: str


class Side(Struct, frozen=True):
    words: list[str]
    """«уберите парковку», the most frequent first."""
    authors: int
    messages: int
    case_id: str
    example: str
    """The sentence of the newest message."""


class Division(Struct, frozen=True):
    what: str
    wanted: Side
    against: Side

    @property
    def least(self) -> int:
        return min(self.wanted.authors, self.against.authors)


class _Voice(Struct, frozen=True):
    said: Said
    demand: Demand


def divisions(messages: Iterable[Said]) -> list[Division]:
    """The most divided first. Of a message without an author nobody knows whose it is: it counts
    for neither side, as does an author who asks for both.
    """
    voices: dict[str, list[_Voice]] = {}
    for said in messages:
        for demand in demands(said.text) if said.author else ():
            voices.setdefault(demand.what, []).append(_Voice(said, demand))
    found = [one for what, them in voices.items() if (one := _most_divided(what, them)) is not None]
    found.sort(key=lambda one: (-one.least, -one.wanted.authors - one.against.authors, one.what))
    return found[:SHOWN_DIVISIONS]


def _most_divided(what: str, voices: Sequence[_Voice]) -> Division | None:
    made = [
        one
        for axis in _AXES
        if (one := _division(what, [it for it in voices if it.demand.axis in {axis, Axis.ANY}]))
    ]
    return max(made, key=lambda one: one.least, default=None)


def _division(what: str, voices: Sequence[_Voice]) -> Division | None:
    both = _authors(voices, wanted=True) & _authors(voices, wanted=False)
    clear = [one for one in voices if one.said.author not in both]
    sides = [
        _side([one for one in clear if one.demand.wanted is wanted]) for wanted in (True, False)
    ]
    wanted, against = sides
    if wanted is None or against is None:
        return None
    least = max(LEAST_SIDE, SIDE_SHARE * (wanted.authors + against.authors))
    one = Division(what, wanted, against)
    return one if one.least >= least else None


def _authors(voices: Iterable[_Voice], *, wanted: bool) -> set[str]:
    return {one.said.author for one in voices if one.demand.wanted is wanted}


def _side(voices: Sequence[_Voice]) -> Side | None:
    if not voices:
        return None
    first = voices[0]
    written = Counter(one.demand.written for one in voices)
    return Side(
        [words for words, _ in written.most_common(SHOWN_WORDS)],
        len({one.said.author for one in voices}),
        len({one.said.id for one in voices}),
        first.said.id,
        first.demand.sentence,
    )
