"""From a learned model and a text to suggestions; pure, a few milliseconds."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from app.reference.themes import Theme
from app.suggestions.explain import SHOWN as SHOWN_WORDS
from app.suggestions.explain import lengths, telling_words
from app.suggestions.features import features
from app.suggestions.linear import Marks, Voters
from app.suggestions.models import SHOWN, ThemeGuess
from app.suggestions.store import DEPARTMENT, THEME, Model
from app.text.formal import split_formal
from app.text.lemmas import lemmatise

_LEAST = 0.05
"""A chance below it is not worth a line."""
_NAMED = 0.5
"""Share of a theme's name that has to be in the text where nothing was learned."""


class Guessed(Struct, frozen=True):
    themes: list[ThemeGuess]
    departments: list[tuple[str, float]]
    telling: dict[str, float]
    """Words that told the first theme, for the gist."""


def guess(
    model: Model, text: str, vector: Sequence[float] | None, explained: bool = True
) -> Guessed:
    """`explained`: with the words of each theme; else of the first alone, for the gist."""
    counted = features(text)
    row = model.vocabulary.row(counted)
    chances = {name: one.chances(*row, vector) for name, one in model.voters.items()}
    themes: list[ThemeGuess] = []
    telling: dict[str, float] = {}
    if (voters := model.voters.get(THEME)) is not None:
        size = lengths(counted, model.vocabulary)
        for place in np.argsort(-chances[THEME])[:SHOWN].tolist():
            score = float(chances[THEME][place])
            if score < _LEAST:
                break
            wanted = explained or not themes
            told = telling_words(text, model.vocabulary, voters, place, size) if wanted else {}
            telling = telling or told
            name = voters.classes[place]
            themes.append(
                ThemeGuess(name, model.groups.get(name, ""), score, list(told)[:SHOWN_WORDS])
            )
    return Guessed(themes, _departments(model, chances), telling)


def _departments(model: Model, chances: Mapping[str, Marks]) -> list[tuple[str, float]]:
    """Half by the text itself, half by who gets messages of its likely themes."""
    parts = []
    if DEPARTMENT in chances:
        parts.append(_named(model.voters[DEPARTMENT], chances[DEPARTMENT]))
    if THEME in chances and model.usual:
        parts.append(_by_themes(model, _named(model.voters[THEME], chances[THEME])))
    if not parts:
        return []
    total: dict[str, float] = defaultdict(float)
    for part in parts:
        for name, score in part.items():
            total[name] += score / len(parts)
    best = sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
    return [(name, score) for name, score in best if score >= _LEAST]


def _named(voters: Voters, chances: Marks) -> dict[str, float]:
    return dict(zip(voters.classes, chances.tolist(), strict=True))


def _by_themes(model: Model, themes: Mapping[str, float]) -> dict[str, float]:
    """Chances of departments; what themes nobody knows a department of would say is left out."""
    total: dict[str, float] = defaultdict(float)
    for theme, chance in themes.items():
        for department, share in model.usual.get(theme, {}).items():
            total[department] += chance * share
    whole = sum(total.values())
    return {name: score / whole for name, score in total.items()} if whole else {}


def by_names(text: str, themes: Sequence[Theme]) -> list[ThemeGuess]:
    """Where nothing was learned: themes whose own name is mostly in the text."""
    own = set(lemmatise(text).split())
    names = {theme.label: set(lemmatise(split_formal(theme.label)[0]).split()) for theme in themes}
    common = Counter(lemma for name in names.values() for lemma in name)
    guesses = []
    for theme in themes:
        name = names[theme.label]
        whole = sum(_rare(common, lemma, len(names)) for lemma in name)
        found = name & own
        share = sum(_rare(common, lemma, len(names)) for lemma in found) / whole if whole else 0.0
        if share >= _NAMED:
            guesses.append(ThemeGuess(theme.label, theme.group, share, sorted(found)))
    return sorted(guesses, key=lambda one: (-one.score, one.value))[:SHOWN]


def _rare(common: Counter[str], lemma: str, names: int) -> float:
    return math.log(1 + names / common[lemma])
