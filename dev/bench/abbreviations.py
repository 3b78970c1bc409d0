"""Who asks by an abbreviation must find who wrote it out, and the other way round."""

from pathlib import Path

from msgspec import Struct

from app.settings import ROOT, Settings
from dev.bench.relevance import Score, corpus

PAIRS = ROOT / "tests" / "relevance" / "abbreviations.tsv"
_WANTED = 100
_COLUMNS = 4


class Pair(Struct, frozen=True):
    short: str
    long: str
    texts: tuple[str, str]
    """A message with the abbreviation and one with the words, in forms as people use them."""


def read_pairs(path: Path = PAIRS) -> list[Pair]:
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [line for line in lines if len(line) == _COLUMNS and not line[0].startswith("#")]
    return [Pair(short, words, (first, second)) for short, words, first, second in rows]


async def score_pairs(settings: Settings, pairs: list[Pair]) -> list[Score]:
    """Share of the two messages of a pair found by either of its names; two gains a pair."""
    texts = [text for pair in pairs for text in pair.texts]
    async with corpus(settings, texts) as finders:
        scores = []
        for name, find in finders.items():
            gains = []
            for place, pair in enumerate(pairs):
                wanted = {str(2 * place), str(2 * place + 1)}
                for asked in (pair.short, pair.long):
                    found = set(await find(asked, _WANTED))
                    gains.append(len(found & wanted) / len(wanted))
            scores.append(Score(name, gains))
    return scores
