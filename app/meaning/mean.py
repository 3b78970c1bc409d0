"""The mean of a corpus is taken out of every vector: raw cosines of e5 all lie in 0.75-1.0.

In an index of 100,000 vectors that lifts recall@10 from 0.844 to 0.942 and makes thresholds
readable. A mean is frozen and has a name (`emb_ver`): vectors of two means are never compared.
"""

from pathlib import Path

import numpy as np

from app.meaning.folder import DIMS, NAME, Manifest
from app.meaning.models import Mean, Vectors

SHIPPED_FILE = Path(__file__).with_name("data") / "mean_e5_small.npy"
SHIPPED_NAME = "1"
QUESTION_SHARE = 0.5
"""How much of the mean is taken out of a question: the mean is of messages, and half of it tells
questions from them. Fused search, MRR@10, exact neighbours: XQuAD 0.838 with the whole mean, 0.840
with half; RUTUBE 0.635 and 0.654, round the demo's mean 0.649 and 0.653.
"""
_DIGITS = 5
NONE_NAME = "0"
"""Of the mean of an encoder nothing is known of yet: nothing is taken out."""


def shipped_mean() -> Vectors:
    """Of 6,000 messages of the demo generator (`dev.mean`): a new installation begins with it."""
    mean: Vectors = np.load(SHIPPED_FILE, allow_pickle=False)
    return mean


def first_mean(manifest: Manifest) -> Mean:
    """What an installation with this encoder begins with."""
    shipped, nothing = first_means(manifest.code)
    return shipped if manifest.name == NAME else nothing


def first_means(code: str) -> tuple[Mean, Mean]:
    """Both that need not be computed; vectors of an encoder have the one or the other."""
    nothing = np.zeros(DIMS, np.float32)
    return Mean(SHIPPED_NAME, code, shipped_mean()), Mean(NONE_NAME, code, nothing)


def mean_of(raw: Vectors) -> Vectors:
    """Of vectors brought to length 1 first, so that a long text counts no more than a short one."""
    return np.asarray(_unit(raw).mean(axis=0), np.float32)


def centred(raw: Vectors, mean: Vectors) -> Vectors:
    """Length 1 each, as the index wants them; a vector that is the mean itself becomes an axis."""
    away = _unit(raw) - mean
    length = np.linalg.norm(away, axis=1, keepdims=True)
    away[length[:, 0] < np.finfo(np.float32).eps] = np.eye(1, DIMS, dtype=np.float32)
    return _unit(away)


def uncentred(vectors: Vectors, mean: Vectors) -> Vectors:
    """What `centred` was given, brought to length 1: of the points on the ray from the mean the
    one at distance 1 from the origin. So a stored vector can be given another mean, exactly.
    """
    along = vectors @ mean
    away = -along + np.sqrt(along**2 + 1 - float(mean @ mean))
    return np.asarray(mean + away[:, None] * vectors, np.float32)


def to_store(vectors: Vectors) -> list[list[float]]:
    """As documents have them: five digits are more than the 8 bits that the index keeps, and half
    as long as all of them.
    """
    rounded: list[list[float]] = np.round(vectors.astype(np.float64), _DIGITS).tolist()
    return rounded


def _unit(raw: Vectors) -> Vectors:
    length = np.linalg.norm(raw, axis=1, keepdims=True)
    return np.asarray(raw / np.maximum(length, np.finfo(np.float32).eps), np.float32)
