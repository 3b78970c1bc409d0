"""How often the theme that people chose is suggested: five folds over real messages."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from app.errors import EncoderError
from app.meaning.mean import centred, shipped_mean
from app.meaning.onnx_encoder import OnnxEncoder
from app.settings import get_settings
from app.suggestions.features import features
from app.suggestions.linear import Marks, chances_of
from dev.bench.report import table
from indexers.learning.amounts import FEWEST
from indexers.learning.fit import calibration_gap, learn, matrix, vocabulary_of

FOLDS = 5
_BATCH = 16
_RESAMPLES = 2_000
_SEED = 20_261


class Told(Struct, frozen=True):
    """Chances of all texts by voters of folds that had not seen them."""

    both: Marks
    words: Marks
    right: NDArray[np.int64]


def read_messages(path: Path) -> tuple[list[str], list[str]]:
    """Texts and themes of those themes that are learned."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["text"], row["theme"]) for row in csv.DictReader(file)]
    many = Counter(theme for _, theme in rows)
    kept = [row for row in rows if many[row[1]] >= FEWEST]
    return [text for text, _ in kept], [theme for _, theme in kept]


def vectors_of(texts: Sequence[str]) -> NDArray[np.float32] | None:
    """None where this machine has no encoder: the section says so then."""
    settings = get_settings()
    try:
        encoder = OnnxEncoder(Path(settings.encoder_dir), settings.encoder_threads)
    except EncoderError:
        return None
    found = np.zeros((len(texts), encoder.manifest.dims), np.float32)
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    for start in range(0, len(order), _BATCH):
        places = order[start : start + _BATCH]
        found[places] = encoder.encode([texts[place] for place in places])
    return centred(found, shipped_mean())


def tell(texts: Sequence[str], themes: Sequence[str], vectors: NDArray[np.float32] | None) -> Told:
    """By the very code that learns in the product, its vocabulary and factors of each fold alone.

    A theme that a fold has fewer than three examples of to learn from cannot be told in it.
    """
    counted = [features(text) for text in texts]
    classes = sorted(set(themes))
    right = np.array([classes.index(theme) for theme in themes], np.int64)
    both, words = (np.zeros((len(texts), len(classes))) for _ in range(2))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=_SEED)
    for known, unseen in folds.split(right, right):
        train = [counted[place] for place in known]
        vocabulary = vocabulary_of(train, len(classes))
        own = vectors[known] if vectors is not None else None
        voters = learn(vocabulary, train, [themes[place] for place in known], own).voters
        rows = matrix(vocabulary, [counted[place] for place in unseen])
        marks = (rows @ voters.words.astype(np.float32) + voters.words_bias).astype(np.float64)
        meant = voters.meaning_marks(vectors[unseen]) if vectors is not None else None
        both[unseen] = chances_of(voters.factors, marks, meant)
        words[unseen] = chances_of(voters.factors, marks, None)
    return Told(both, words, right)


def themes_section(path: Path) -> list[str]:
    """Lines of `docs/measurements.md`."""
    texts, themes = read_messages(path)
    vectors = vectors_of(texts)
    told = tell(texts, themes, vectors)
    rows = [_row("только слова", told.words, told.right)]
    if vectors is not None:
        rows.append(_row("слова и смысл", told.both, told.right))
    bands = told.both if vectors is not None else told.words
    return [
        (
            f"Настоящих сообщений {len(texts)}, тем {len(set(themes))} (в каждой не меньше "
            f"{FEWEST}); {FOLDS} частей, каждую угадывают по остальным кодом самого Отклика."
        ),
        "",
        *table(["Чем", "первая верна", "95 %", "среди трёх", "95 %", "ошибка уверенности"], rows),
        "",
        "Обещанная уверенность и как часто первая подсказка оказалась верной:",
        "",
        *table(["Обещано", "сообщений", "верно"], _bands(bands, told.right)),
    ]


def _row(name: str, chances: Marks, right: NDArray[np.int64]) -> list[str]:
    order = np.argsort(-chances, axis=1)[:, :3]
    first, three = order[:, 0] == right, (order == right[:, None]).any(axis=1)
    gap = calibration_gap(chances.max(axis=1), first)
    return [name, *_share(first), *_share(three), f"{gap:.3f}"]


def _share(hits: NDArray[np.bool_]) -> list[str]:
    picks = np.random.default_rng(_SEED).integers(0, len(hits), (_RESAMPLES, len(hits)))
    low, high = np.percentile(hits[picks].mean(axis=1), [2.5, 97.5])
    return [f"{hits.mean():.3f}", f"{low:.3f}–{high:.3f}"]


def _bands(chances: Marks, right: NDArray[np.int64]) -> list[list[str]]:
    stated, hits = chances.max(axis=1), chances.argmax(axis=1) == right
    rows = []
    for low in np.arange(0, 1, 0.2):
        inside = (stated >= low) & (stated < low + 0.2 + 1e-9 * (low > 0.7))  # noqa: PLR2004
        if inside.any():
            band = f"{low:.0%}–{low + 0.2:.0%}"
            rows.append([band, str(int(inside.sum())), f"{hits[inside].mean():.0%}"])
    return rows
