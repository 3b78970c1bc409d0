"""Which words of a text told its theme."""

import numpy as np
from numpy.typing import NDArray

from app.suggestions.features import Counted, Features, Ids, lemma_id, pieces
from app.suggestions.linear import Vocabulary, Voters
from app.text.lemmas import lemmatise
from app.text.words import words

SHOWN = 4
_MOST_WORDS = 120
_SHORTEST = 3
_LEAST = 0.02
"""A word that adds less to the mark told nothing."""


def telling_words(
    text: str, vocabulary: Vocabulary, voters: Voters, place: int, length: tuple[float, float]
) -> dict[str, float]:
    """Folded word → what it adds to the mark of class `place` over the mean of all classes.

    `length`: of the text's blocks before they were brought to 1. The strongest first.
    """
    found: dict[str, float] = {}
    for word in dict.fromkeys(words(text)[:_MOST_WORDS]):
        if len(word) >= _SHORTEST and word not in found:
            found[word] = _added(word, vocabulary, voters, place, length)
    strong = {word: value for word, value in found.items() if value > _LEAST}
    return dict(sorted(strong.items(), key=lambda pair: -pair[1]))


def _added(
    word: str, vocabulary: Vocabulary, voters: Voters, place: int, length: tuple[float, float]
) -> float:
    lemma = lemmatise(word)
    blocks = (np.unique(pieces([word])), np.array([lemma_id(lemma)] if lemma else [], np.uint32))
    total, shift = 0.0, 0
    for block in (0, 1):
        ids, rarity = vocabulary.ids[block], vocabulary.rarity[block]
        places = _known(ids, blocks[block])
        if len(places):
            weights = voters.words[places + shift].astype(np.float32)
            above = weights[:, place] - weights.mean(axis=1)
            total += float(rarity[places] @ above) / length[block]
        shift += len(ids)
    return total


def _known(ids: Ids, asked: Ids) -> NDArray[np.int64]:
    if not len(ids):
        return np.zeros(0, np.int64)
    places = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
    known: NDArray[np.int64] = places[ids[places] == asked]
    return known


def lengths(features: Features, vocabulary: Vocabulary) -> tuple[float, float]:
    """Of both blocks of a text, as `Vocabulary.row` divides by them."""
    return (
        _length(features.pieces, vocabulary, 0),
        _length(features.lemmas, vocabulary, 1),
    )


def _length(block: Counted, vocabulary: Vocabulary, number: int) -> float:
    ids = vocabulary.ids[number]
    if not len(ids) or not len(block.ids):
        return 1.0
    places = np.minimum(np.searchsorted(ids, block.ids), len(ids) - 1)
    known = ids[places] == block.ids
    values = (1 + np.log(block.counts[known])) * vocabulary.rarity[number][places[known]]
    return float(np.linalg.norm(values)) or 1.0
