"""The learned model: plain arrays, one product of a text's features with the weights.

Two voters: the words (support vectors over pieces and lemmas) and the meaning (discriminant over
the vector). Their marks are added, each times a factor found on texts the voters had not seen, so
that the softmax of the sum is a probability one can believe. Where there is no vector, the words
alone answer, with a factor of their own.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from app.suggestions.features import Counted, Features, Floats, Ids

Marks = NDArray[np.float64]


class Vocabulary(Struct, frozen=True):
    """Features a model knows: a block's hashes, rising, and the weight of each for being rare."""

    ids: tuple[Ids, Ids]
    rarity: tuple[Floats, Floats]

    def row(self, features: Features) -> tuple[NDArray[np.int64], Floats]:
        """Places of the known features (the second block after the first) and their values."""
        places, values, shift = [], [], 0
        for block, ids, rarity in zip(features.blocks, self.ids, self.rarity, strict=True):
            found, value = _known(block, ids, rarity)
            places.append(found + shift)
            values.append(value)
            shift += len(ids)
        return np.concatenate(places), np.concatenate(values)


def _known(block: Counted, ids: Ids, rarity: Floats) -> tuple[NDArray[np.int64], Floats]:
    if not len(ids):
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    places = np.minimum(np.searchsorted(ids, block.ids), len(ids) - 1)
    known = ids[places] == block.ids
    places = places[known]
    values = (1 + np.log(block.counts[known])) * rarity[places]
    length = float(np.linalg.norm(values)) or 1.0
    return places, (values / length).astype(np.float32)


class Bend(Struct, frozen=True):
    """The last straightening of a chance: `shift + slope * log odds`.

    One factor for all marks leaves chances too near to 0 and 1 (on real messages 94 % came true 88
    times of 100); the order of the classes stays.
    """

    shift: float = 0.0
    slope: float = 1.0

    def __call__(self, chances: Marks) -> Marks:
        odds = np.log(np.clip(chances, _LEAST, 1 - _LEAST))
        odds -= np.log1p(-np.clip(chances, _LEAST, 1 - _LEAST))
        bent: Marks = 1 / (1 + np.exp(-(self.shift + self.slope * odds)))
        return bent


_LEAST = 1e-6


class Factors(Struct, frozen=True):
    """What the marks of the voters are multiplied by."""

    alone: float
    """Of the words where there is no vector."""
    words: float = 0.0
    meaning: float = 0.0
    bend_alone: Bend = field(default_factory=Bend)
    bend: Bend = field(default_factory=Bend)


class Voters(Struct, frozen=True):
    """Weights for one field of the case; a column of each is one of `classes`."""

    classes: list[str]
    words: NDArray[np.float16]
    words_bias: Floats
    factors: Factors
    meaning: Floats | None = None
    """384 rows; None where it was learned by words alone."""
    meaning_bias: Floats | None = None

    def word_marks(self, places: NDArray[np.int64], values: Floats) -> Marks:
        chosen = self.words[places].astype(np.float32)
        return (values @ chosen + self.words_bias).astype(np.float64)

    def meaning_marks(self, vector: Sequence[float] | Floats) -> Marks | None:
        if self.meaning is None or self.meaning_bias is None:
            return None
        given = np.asarray(vector, np.float32)
        return (given @ self.meaning + self.meaning_bias).astype(np.float64)

    def chances(
        self, places: NDArray[np.int64], values: Floats, vector: Sequence[float] | Floats | None
    ) -> Marks:
        """Of each of `classes`, that people would choose it."""
        by_words = self.word_marks(places, values)
        by_meaning = self.meaning_marks(vector) if vector is not None else None
        return chances_of(self.factors, by_words, by_meaning)


def blended(factors: Factors, by_words: Marks, by_meaning: Marks | None) -> Marks:
    """For one text, or for a row each."""
    if by_meaning is None:
        return factors.alone * by_words
    return factors.words * by_words + factors.meaning * by_meaning


def chances_of(factors: Factors, by_words: Marks, by_meaning: Marks | None) -> Marks:
    """For one text, or for a row each."""
    bend = factors.bend_alone if by_meaning is None else factors.bend
    return bend(softmax(blended(factors, by_words, by_meaning)))


def softmax(marks: Marks) -> Marks:
    """Along the last axis."""
    raised = np.exp(marks - marks.max(axis=-1, keepdims=True))
    shares: Marks = raised / raised.sum(axis=-1, keepdims=True)
    return shares
