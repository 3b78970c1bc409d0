"""The name of a theme as a question, the messages filed under it as the answer."""

import csv
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from app.settings import Settings
from dev.bench.relevance import Find, Score, corpus

DEPTH = 10
_FEWEST = 4
"""Messages of a theme that is asked for: fewer tell little of an order of ten."""


class Themes(Struct, frozen=True):
    texts: list[str]
    messages: dict[str, set[str]]
    """Theme → places of its messages in `texts`, as ids."""


def read_themes(path: Path) -> Themes:
    """A CSV with columns `text` and `theme`; it stays with its owner and is never committed."""
    texts: list[str] = []
    messages: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            messages[row["theme"]].add(str(len(texts)))
            texts.append(row["text"])
    asked = {theme: ids for theme, ids in messages.items() if len(ids) >= _FEWEST}
    return Themes(texts, asked)


async def score_themes(settings: Settings, themes: Themes) -> list[Score]:
    """nDCG@10 of the stock analyzer and of ours."""
    async with corpus(settings, themes.texts) as finders:
        return [await _score(name, themes, find) for name, find in finders.items()]


async def _score(name: str, themes: Themes, find: Find) -> Score:
    gains = [ndcg(await find(theme, DEPTH), right) for theme, right in themes.messages.items()]
    return Score(name, gains)


def with_many(themes: Themes, scores: list[Score]) -> list[Score]:
    """Of the same figures those of themes with ten messages: all ten places can be right."""
    places = [n for n, right in enumerate(themes.messages.values()) if len(right) >= DEPTH]
    return [Score(score.name, [score.gains[place] for place in places]) for score in scores]


def ndcg(found: Sequence[str], right: set[str]) -> float:
    """Of the first ten, where a message is either right or not."""
    gained = sum(
        1 / math.log2(place + 2) for place, one in enumerate(found[:DEPTH]) if one in right
    )
    best = sum(1 / math.log2(place + 2) for place in range(min(DEPTH, len(right))))
    return gained / best
