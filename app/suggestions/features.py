"""A text as a classifier counts it: pieces of words of 2 to 5 letters, lemmas and pairs of lemmas.

Pieces and lemmas are kept as numbers only (32-bit hashes), so a model holds no words of anybody's
message. Lemmas and pieces are two blocks, each of length 1: neither outweighs the other.
"""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import xxhash
from msgspec import Struct
from numpy.typing import NDArray

from app.text.lemmas import lemmatise
from app.text.words import words

SHORTEST, LONGEST = 2, 5
LONGEST_TEXT = 6_000
"""Letters that are read: what a message is about stands in its beginning."""
_PRIME = np.uint32(16_777_619)
_MIX = np.uint32(0x85EB_CA6B)
_SPACE = ord(" ")

Ids = NDArray[np.uint32]
Floats = NDArray[np.float32]


class Counted(Struct, frozen=True):
    """One block: hashes, rising, and how often each is in the text."""

    ids: Ids
    counts: Floats


class Features(Struct, frozen=True):
    pieces: Counted
    lemmas: Counted

    @property
    def blocks(self) -> tuple[Counted, Counted]:
        return self.pieces, self.lemmas


def features(text: str) -> Features:
    read = text[:LONGEST_TEXT]
    return Features(_counted(pieces(words(read))), _counted(_lemma_ids(lemmatise(read).split())))


def pieces(tokens: Iterable[str]) -> Ids:
    """Hashes of all pieces inside the words, a space marking where a word begins and ends."""
    joined = "".join(f" {token} " for token in tokens)
    signs = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
    if len(signs) < SHORTEST:
        return np.zeros(0, np.uint32)
    apart = np.zeros(len(signs), np.int32)
    apart[1:] = np.cumsum((signs[:-1] == _SPACE) & (signs[1:] == _SPACE))
    parts = [_of_length(signs, apart, size) for size in range(SHORTEST, LONGEST + 1)]
    return np.concatenate(parts)


def _of_length(signs: Ids, apart: NDArray[np.int32], size: int) -> Ids:
    """Pieces of one length; one that reaches over two words is none."""
    last = len(signs) - size + 1
    if last <= 0:
        return np.zeros(0, np.uint32)
    found = np.full(last, size, np.uint32)
    for place in range(size):
        found = (found ^ signs[place : place + last]) * _PRIME
    found = found ^ (found >> np.uint32(15))
    found *= _MIX
    found = found ^ (found >> np.uint32(13))
    inside: Ids = found[apart[size - 1 :] == apart[:last]]
    return inside


def lemma_id(*lemmas: str) -> int:
    return xxhash.xxh32_intdigest(" ".join(lemmas).encode())


def _lemma_ids(lemmas: list[str]) -> Ids:
    found = [lemma_id(one) for one in lemmas] + [lemma_id(*pair) for pair in pairwise(lemmas)]
    return np.array(found, np.uint32)


def _counted(ids: Ids) -> Counted:
    unique, counts = np.unique(ids, return_counts=True)
    return Counted(unique, counts.astype(np.float32))
