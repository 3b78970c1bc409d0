"""Several lists of one question become one order: pure.

Scores of different lists have no common measure, so each list is stretched to 0..1 first (its best
is 1, its last 0) and then weighed. That beats joining by places (RRF) by 1 to 2.5 points of
MRR@10 on three sets of Russian questions.
"""

from collections.abc import Sequence
from typing import NamedTuple

from app.search.params import Mode
from app.search.pieces import telling_words
from app.search.understanding import Understood
from app.text.formal import split_formal

Listed = tuple[str, float]
"""Id and score of a case, best first in its list."""

DEPTH = 100
"""Cases of a list: what is in none of them stands behind, by words. Recall of the three together at
this depth is 0.99 on two of three sets."""
_SHORT = 2
"""Words of a question that are looked for rather than meant: «вода», «лифт сломан»."""


class Weights(NamedTuple):
    words: float
    grams: float
    meaning: float


EVEN = Weights(0.25, 0.25, 0.5)
"""Best, or nearly, on all sets looked at: see the decision 0026."""
WORDS_FIRST = Weights(0.3, 0.3, 0.4)
"""Where a person knows the words: what both lists by words have outweighs what only meaning finds.
With 0.2 for meaning XQuAD lost 0.003, all of it in questions of two words."""
PLACE_FIRST = Weights(0.4, 0.4, 0.2)
"""Where a person names an address, which no vector knows."""

LEAST_COSINE = 0.25
"""Of a case that is found by meaning alone. Names of themes as questions over 900 real messages: of
what is so near 0.43 have this very theme (at 0.20 0.31, at 0.30 0.50 and a third as many), round
their own mean and the demo's alike; of all pairs one in a hundred reaches 0.19."""


NEAREST_COSINE = 0.15
"""Of the one nearest case, where a whole sentence was asked: XQuAD 0.839 without it, 0.840 with
it. To a term or two the nearest of nothing near is only odd."""


def weights_of(asked: Understood, mode: Mode, *, relevance: bool) -> Weights | None:
    """None where meaning has no say: other orders, numbers and addresses, `mode=words`."""
    if mode is Mode.WORDS or not relevance or not _means_something(asked):
        return None
    if asked.address:
        return PLACE_FIRST
    return WORDS_FIRST if mode is Mode.AUTO and _wants_words(asked) else EVEN


def _means_something(asked: Understood) -> bool:
    """Whether any word is left beside a number and an address."""
    said = asked.telling
    if asked.address:
        _, before, after = asked.address
        said, _ = split_formal(f"{before} {after}".strip(), asked.kept)
    return any(word.isalpha() for word in telling_words(said))


def _wants_words(asked: Understood) -> bool:
    """Quotes, «или», or hardly a word more than a term."""
    few = len(telling_words(asked.telling)) <= _SHORT
    return bool(asked.phrases or asked.alternatives) or few


def fuse(
    lists: Sequence[Sequence[Listed]], weights: Sequence[float], first: Sequence[str] = ()
) -> list[Listed]:
    """Everything of all lists, best first; what a list lacks has 0 there.

    `first` stand before all, in their order. Equals go as the first list has them, then by id.
    """
    scores: dict[str, float] = {}
    for listed, weight in zip(lists, weights, strict=True):
        for name, score in stretched(listed).items():
            scores[name] = scores.get(name, 0.0) + weight * score
    places = {name: place for place, (name, _) in enumerate(lists[0])}
    behind = len(places)
    pinned = dict.fromkeys(first, 1.0)
    rest = sorted(
        scores.keys() - pinned.keys(),
        key=lambda name: (-scores[name], places.get(name, behind), name),
    )
    return [*pinned.items(), *((name, scores[name]) for name in rest)]


def stretched(listed: Sequence[Listed]) -> dict[str, float]:
    """Scores from 0 to 1; of equal ones each is 1."""
    if not listed:
        return {}
    scores = [score for _, score in listed]
    low, high = min(scores), max(scores)
    if high <= low:
        return dict.fromkeys((name for name, _ in listed), 1.0)
    return {name: (score - low) / (high - low) for name, score in listed}
