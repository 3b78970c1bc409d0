"""Examples in, weights out. The only place that needs scikit-learn.

Chosen on 1,806 real messages of 74 themes (docs/measurements.md): support vectors over pieces and
lemmas 0.62, a discriminant with shrunken covariance over vectors 0.62, both together 0.65.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from app.suggestions.features import Features
from app.suggestions.linear import (
    Bend,
    Factors,
    Marks,
    Vocabulary,
    Voters,
    blended,
    chances_of,
    softmax,
)

FOLDS = 5
LARGE = 5_000
"""Texts from which one fold is held out instead of each in turn: a thousand tell enough, and of
15,000 texts of 300 themes one fit takes two minutes."""
_RARE = 2
"""Texts a feature has to be in."""
_MOST_WEIGHTS = 40_000_000
"""Of words, at two octets: 80 MB at most, whatever the number of classes."""
_PENALTY = 0.5
_SEED = 7
_FLATTEST = 0.1
"""A bend must not turn the order round, whatever few texts say."""

Labels = NDArray[np.int64]
Rows = NDArray[np.float32]


class Check(Struct, frozen=True):
    """What the voters knew of texts that they had not learned from."""

    texts: int
    first: float
    """Share where the first suggestion is what people chose."""
    three: float
    """Share where one of the first three is."""
    gap: float
    """Mean distance between the stated chance and how often it came true."""


class Learned(Struct, frozen=True):
    voters: Voters
    check: Check
    by_words: Check
    first_right: dict[int, bool]
    """Of each held-out text, by its place, whether the first suggestion was right."""


def vocabulary_of(texts: Sequence[Features], classes: int) -> Vocabulary:
    """The features that come in enough texts; of too many the most frequent."""
    most = _MOST_WEIGHTS // max(classes, 1)
    ids, rarity = [], []
    for block, share in ((0, 0.75), (1, 0.25)):
        found, counts = np.unique(
            np.concatenate([text.blocks[block].ids for text in texts]), return_counts=True
        )
        enough = np.flatnonzero(counts >= _RARE)
        room = int(most * share)
        if len(enough) > room:
            enough = np.sort(enough[np.argsort(-counts[enough], kind="stable")[:room]])
        ids.append(found[enough])
        rarity.append((np.log((1 + len(texts)) / (1 + counts[enough])) + 1).astype(np.float32))
    return Vocabulary((ids[0], ids[1]), (rarity[0], rarity[1]))


def matrix(vocabulary: Vocabulary, texts: Sequence[Features]) -> csr_matrix:
    """A row a text."""
    rows = [vocabulary.row(text) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    width = sum(len(ids) for ids in vocabulary.ids)
    values = np.concatenate([value for _, value in rows])
    places = np.concatenate([place for place, _ in rows])
    return csr_matrix((values, places, ends), shape=(len(texts), width))


def learn(
    vocabulary: Vocabulary, texts: Sequence[Features], labels: Sequence[str], vectors: Rows | None
) -> Learned:
    """Each label has to come at least `FEWEST` times, and there have to be two of them.

    The factors and the check come from held-out folds, the weights from all texts. A fold counts
    its own vocabulary: one that had seen the held-out texts made the voters look surer than right.
    """
    classes = sorted(set(labels))
    numbered = {name: number for number, name in enumerate(classes)}
    right = np.array([numbered[label] for label in labels], np.int64)
    counted = matrix(vocabulary, texts)
    held, by_words, by_meaning = _held_out(texts, vectors, right, len(classes))
    factors = _factors(by_words, by_meaning, right[held])
    alone = check_of(chances_of(factors, by_words, None), right[held])
    chances = chances_of(factors, by_words, by_meaning)
    voters = _voters(classes, counted, vectors, right, factors)
    first = (chances.argmax(axis=1) == right[held]).tolist()
    first_right = dict(zip(held.tolist(), first, strict=True))
    return Learned(voters, check_of(chances, right[held]), alone, first_right)


def _voters(
    classes: list[str], counted: csr_matrix, vectors: Rows | None, right: Labels, factors: Factors
) -> Voters:
    weights, bias = _fit_words(counted, right, len(classes))
    if vectors is None:
        return Voters(classes, weights.astype(np.float16), bias, factors)
    meaning, meaning_bias = _fit_meaning(vectors, right, len(classes))
    return Voters(classes, weights.astype(np.float16), bias, factors, meaning, meaning_bias)


def _held_out(
    texts: Sequence[Features], vectors: Rows | None, right: Labels, classes: int
) -> tuple[Labels, Marks, Marks | None]:
    """Places of held-out texts and their marks by voters that had not seen them."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=_SEED)
    places, by_words, by_meaning = [], [], []
    for known, unseen in folds.split(right, right):
        own = [texts[place] for place in known]
        vocabulary = vocabulary_of(own, classes)
        weights, bias = _fit_words(matrix(vocabulary, own), right[known], classes)
        rows = matrix(vocabulary, [texts[place] for place in unseen])
        places.append(unseen)
        by_words.append(rows @ weights + bias)
        if vectors is not None:
            meaning, meaning_bias = _fit_meaning(vectors[known], right[known], classes)
            by_meaning.append(vectors[unseen] @ meaning + meaning_bias)
        if len(texts) >= LARGE:
            break
    meant = np.concatenate(by_meaning).astype(np.float64) if by_meaning else None
    return np.concatenate(places), np.concatenate(by_words).astype(np.float64), meant


def _fit_words(counted: csr_matrix, right: Labels, classes: int) -> tuple[Rows, Rows]:
    fitted = LinearSVC(C=_PENALTY, random_state=_SEED).fit(counted, right)
    return _both_ways(fitted.coef_.T, fitted.intercept_, classes)


def _fit_meaning(vectors: Rows, right: Labels, classes: int) -> tuple[Rows, Rows]:
    fitted = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(vectors, right)
    return _both_ways(fitted.coef_.T, fitted.intercept_, classes)


def _both_ways(weights: Marks, bias: Marks, classes: int) -> tuple[Rows, Rows]:
    """Of two classes scikit-learn has one column: how much the second is likelier."""
    if classes == 2 and weights.shape[1] == 1:  # noqa: PLR2004 - two is what is meant
        weights, bias = np.hstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
    return weights.astype(np.float32), bias.astype(np.float32)


def _factors(by_words: Marks, by_meaning: Marks | None, right: Labels) -> Factors:
    """Those that make what people chose likeliest on held-out texts."""

    def loss(tried: NDArray[np.float64]) -> float:
        alone, words, meaning = np.exp(tried)
        sums = [alone * by_words]
        if by_meaning is not None:
            sums.append(words * by_words + meaning * by_meaning)
        return sum(_surprise(one, right) for one in sums)

    start = np.log([5.0, 3.0, 0.1])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 0.01, "fatol": 1e-4})
    alone, words, meaning = (float(one) for one in np.exp(found.x))
    bare = Factors(alone) if by_meaning is None else Factors(alone, words, meaning)
    bend_alone = _bend(softmax(blended(bare, by_words, None)), right)
    bend = _bend(softmax(blended(bare, by_words, by_meaning)), right)
    return replace(bare, bend_alone=bend_alone, bend=bend)


def _bend(chances: Marks, right: Labels) -> Bend:
    """The straightening that makes the three first suggestions' chances come true."""
    order = np.argsort(-chances, axis=1)[:, :3]
    stated, hit = np.take_along_axis(chances, order, axis=1), order == right[:, None]

    def loss(tried: NDArray[np.float64]) -> float:
        bent = np.clip(Bend(tried[0], tried[1])(stated), 1e-9, 1 - 1e-9)
        return float(-np.where(hit, np.log(bent), np.log1p(-bent)).mean())

    shift, slope = (float(one) for one in minimize(loss, [0.0, 1.0], method="Nelder-Mead").x)
    return Bend(shift, max(slope, _FLATTEST))


def _surprise(marks: Marks, right: Labels) -> float:
    top = marks.max(axis=1)
    whole = top + np.log(np.exp(marks - top[:, None]).sum(axis=1))
    return float((whole - marks[np.arange(len(right)), right]).mean())


def check_of(chances: Marks, right: Labels) -> Check:
    order = np.argsort(-chances, axis=1)[:, :3]
    first = order[:, 0] == right
    return Check(
        len(right),
        float(first.mean()),
        float((order == right[:, None]).any(axis=1).mean()),
        calibration_gap(chances.max(axis=1), first),
    )


def calibration_gap(stated: Marks, came_true: NDArray[np.bool_]) -> float:
    """Over ten bands of the stated chance, weighed by how many texts are in each."""
    bands = np.minimum((stated * 10).astype(int), 9)
    gaps = [
        abs(stated[bands == band].mean() - came_true[bands == band].mean()) * (bands == band).mean()
        for band in np.unique(bands)
    ]
    return float(sum(gaps))
