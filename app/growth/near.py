"""Texts that are nearly one: a common letter into which each writer puts a street or a greeting."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Numbers = NDArray[np.int64]

NEAR_DAYS = 28
"""Days whose texts are held against each other: twice what makes a campaign, so that each stands in
them whole. One that goes on is joined to what earlier looks kept of it."""
LEAST_SHARED = 10
"""Of 32 band tokens: J of about 0.68. On made-up streams of four seeds that finds 0.98-1.00 of the
messages of campaigns and none of an incident; with 12 (0.72) 0.94-0.99: a letter with a greeting
and one with a closing word are apart."""
_ROWS = 128
"""Texts that are held against all others at once: bounds the memory a large campaign takes."""


class Text(Struct, frozen=True):
    """A long text: its hash, and its band tokens as numbers of 64 bits."""

    norm_hash: str
    tokens: NDArray[np.uint64]


def near_groups(texts: Sequence[Text], least: int) -> list[list[str]]:
    """Hashes of texts that are nearly one, in the order of `texts`.

    Joined only through texts that have at least `least` messages near them, their own among them: a
    chain of letters that each resemble the next but not the rest joins nothing.
    """
    if not texts:
        return []
    times = Counter(one.norm_hash for one in texts)
    different = {one.norm_hash: one.tokens for one in texts}
    table = _table(list(different.values()))
    able = np.diff(table.indptr) >= LEAST_SHARED
    names = list(compress(different, able))
    labels = _labels(table[able], np.array([times[name] for name in names], np.int64), least)
    found = dict[int, list[str]]()
    for name, label in zip(names, labels.tolist(), strict=True):
        if label >= 0:
            found.setdefault(label, []).append(name)
    return list(found.values())


def _table(tokens: Sequence[NDArray[np.uint64]]) -> csr_array:
    """Texts × tokens that several of them have."""
    rows = np.repeat(np.arange(len(tokens)), [len(one) for one in tokens])
    _, columns, many = np.unique(np.concatenate(tokens), return_inverse=True, return_counts=True)
    shared = many[columns] > 1
    ones = np.ones(int(shared.sum()), dtype=np.int16)
    return csr_array((ones, (rows[shared], columns[shared])), shape=(len(tokens), len(many)))


def _labels(table: csr_array, weights: Numbers, least: int) -> Numbers:
    """The group of each text, -1 for none."""
    about = weights.copy()
    for rows, columns, _ in _pairs(table):
        np.add.at(about, rows, weights[columns])
    crowded = about >= least
    groups, nearest = np.arange(len(weights)), np.full(len(weights), -1)
    for found in _pairs(table):
        rows, columns, shared = (part[crowded[found[1]]] for part in found)
        both, lone = crowded[rows], ~crowded[rows]
        groups = _joined(groups, rows[both], columns[both])
        order = np.lexsort((columns[lone], -shared[lone], rows[lone]))
        row, place = np.unique(rows[lone][order], return_index=True)
        nearest[row] = columns[lone][order][place]
    beside = nearest >= 0
    groups[beside] = groups[nearest[beside]]
    return np.where(crowded | beside, groups, -1)


def _pairs(table: csr_array) -> Iterator[tuple[Numbers, Numbers, Numbers]]:
    """Texts that are near each other, each pair from both sides, and how many tokens they share."""
    turned = table.T.tocsr()
    for start in range(0, table.shape[0], _ROWS):
        shared = (table[start : start + _ROWS] @ turned).tocoo()
        rows, columns = shared.coords[0] + start, shared.coords[1]
        near = (shared.data >= LEAST_SHARED) & (rows != columns)
        yield rows[near], columns[near], shared.data[near]


def _joined(groups: Numbers, rows: Numbers, columns: Numbers) -> Numbers:
    if not len(rows):
        return groups
    links = csr_array(
        (np.ones(len(rows), dtype=bool), (groups[rows], groups[columns])),
        shape=(len(groups), len(groups)),
    )
    _, parts = connected_components(links, directed=False)
    return np.asarray(parts[groups], dtype=np.int64)
