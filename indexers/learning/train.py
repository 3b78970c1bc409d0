"""Examples → a model, and whether it is better than the one in use. Runs in a thread."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from msgspec import Struct

from app.suggestions.features import Features, features
from app.suggestions.linear import Vocabulary
from app.suggestions.models import Quality
from app.suggestions.store import DEPARTMENT, THEME, Model
from indexers.learning.amounts import FEWEST, FEWEST_EXAMPLES
from indexers.learning.fit import Learned, learn, vocabulary_of
from indexers.learning.gather import Gathered

FEWEST_FRESH = 30
"""Cases decided since the present model was learned that both are compared by."""
_WORSE = 0.02
"""So much worse by chance alone is nothing to keep an old model for."""


class Trained(Struct, frozen=True):
    model: Model
    fields: dict[str, Quality]
    theme: Learned


def too_few(found: Gathered) -> str:
    """Why nothing can be learned yet, as a Russian sentence; empty where it can."""
    themes = len(found.groups)
    if len(found.examples) >= FEWEST_EXAMPLES and themes > 1:
        return ""
    return (
        f"Закрытых обращений с темой пока мало: нужно не меньше {FEWEST_EXAMPLES}, "
        f"хотя бы по {FEWEST} на две темы."
    )


def train(found: Gathered) -> Trained:
    """`found` has to be enough (`too_few`)."""
    texts = [features(one.text) for one in found.examples]
    themes = [one.theme for one in found.examples]
    vocabulary = vocabulary_of(texts, len(set(themes)))
    theme = learn(vocabulary, texts, themes, found.vectors)
    learned = {THEME: theme}
    department = _departments(vocabulary, texts, found)
    if department is not None:
        learned[DEPARTMENT] = department
    voters = {name: one.voters for name, one in learned.items()}
    model = Model(vocabulary, voters, found.groups, found.usual)
    return Trained(model, {name: _quality(one) for name, one in learned.items()}, theme)


def _departments(
    vocabulary: Vocabulary, texts: Sequence[Features], found: Gathered
) -> Learned | None:
    """None where there are not two that can be told apart."""
    many = Counter(one.department for one in found.examples if one.department)
    places = [
        place
        for place, one in enumerate(found.examples)
        if one.department and many[one.department] >= FEWEST
    ]
    labels = [str(found.examples[place].department) for place in places]
    if len(set(labels)) < 2:  # noqa: PLR2004 - one department needs no telling
        return None
    vectors = found.vectors[places] if found.vectors is not None else None
    return learn(vocabulary, [texts[place] for place in places], labels, vectors)


def _quality(one: Learned) -> Quality:
    return Quality(
        len(one.voters.classes),
        one.check.texts,
        one.check.first,
        one.check.three,
        one.check.gap,
        one.by_words.first,
        one.by_words.three,
    )


def why_not(found: Gathered, fresh: Trained, present: Model | None, learned_at: datetime) -> str:
    """Why the present model stays, as a Russian sentence; empty where the fresh one is taken.

    Both are asked for cases decided after the present one was learned: it has not seen them, and
    the fresh one answers by folds that had not. Where these are too few nothing speaks against it.
    """
    if present is None or THEME not in present.voters:
        return ""
    places = [n for n in fresh.theme.first_right if found.examples[n].decided_at > learned_at]
    if len(places) < FEWEST_FRESH:
        return ""
    ours = float(np.mean([fresh.theme.first_right[place] for place in places]))
    theirs = _first_of(present, found, places)
    if ours >= theirs - _WORSE:
        return ""
    return (
        f"Новая модель хуже прежней на {len(places)} свежих обращениях: верна первая подсказка "
        f"у {ours:.0%} против {theirs:.0%}. Оставлена прежняя."
    )


def _first_of(present: Model, found: Gathered, places: Sequence[int]) -> float:
    voters = present.voters[THEME]
    hits = []
    for place in places:
        vector = found.vectors[place] if found.vectors is not None else None
        row = present.vocabulary.row(features(found.examples[place].text))
        best = int(np.argmax(voters.chances(*row, vector)))
        hits.append(voters.classes[best] == found.examples[place].theme)
    return float(np.mean(hits))
