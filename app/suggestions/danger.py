"""Words of danger in a message: which, and why they count. Pure rules, no engine.

A phrase is found in any form and order of its words inside one part of a sentence. What is denied
does not count: «никто не пострадал», «без травм», «запаха газа нет»; «чуть не упал» does.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import product

from msgspec import Struct

from app.cases.codes import Importance
from app.suggestions.files import DATA
from app.text.lemmas import analyzer
from app.text.words import words

GAP = 2
"""Other words that may stand between those of a phrase."""
_PART = re.compile(r"[.!?…;:,()\n]+|\s[–—-]\s")
_DENIALS = frozenset(words("не ни без нет нету никто никого отсутствуют"))
_NEARLY = frozenset(words("чуть едва только лишь"))
"""«Чуть не упал», «не только»: the word after them denies nothing."""
_FILLERS = frozenset(words("никакой особый серьезный сильный быть видимый больше уже там пока"))
_ABSENT = (["нет"], ["нету"])
_WAS_NOT = ["не", "быть"]
_LONGEST_TEXT = 20_000
_MOST_WAYS = 64


class DangerWord(Struct, frozen=True, omit_defaults=True):
    """One line of the list; `why` is told to people beside the words that were found."""

    code: str
    name: str
    phrases: list[str]
    """«а|б» is either of them."""
    why: str
    importance: Importance = Importance.HIGH
    months: tuple[int, int] | None = None
    """First and last month of the season, both included; None: always."""
    active: bool = True
    version: int = 1
    changed_at: datetime | None = None
    changed_by: str | None = None

    def in_season(self, month: int) -> bool:
        if self.months is None:
            return True
        first, last = self.months
        return first <= month <= last if first <= last else month >= first or month <= last


class Found(Struct, frozen=True):
    word: DangerWord
    written: str
    """As the message has it: «пахнет газом»."""

    @property
    def told(self) -> str:
        return f"слова «{self.written}»: {self.word.why}"


@cache
def shipped_words() -> tuple[DangerWord, ...]:
    raw = tomllib.loads((DATA / "danger.toml").read_text())["words"]
    return tuple(
        DangerWord(
            one["code"],
            one["name"],
            one["phrases"],
            one["why"],
            months=tuple(one["months"]) if "months" in one else None,
        )
        for one in raw
    )


def find_danger(text: str, listed: Iterable[DangerWord], month: int) -> list[Found]:
    """Each line of the list once at most, in its order. `month` (1 to 12): when it was received."""
    parts = [_Part(part) for part in _PART.split(text[:_LONGEST_TEXT]) if part.strip()]
    found = []
    for word in listed:
        if word.active and word.in_season(month):
            written = _first(parts, word.phrases)
            if written:
                found.append(Found(word, written))
    return found


def _first(parts: Sequence["_Part"], phrases: Sequence[str]) -> str:
    for phrase in phrases:
        for wanted in ways(phrase):
            for part in parts:
                if written := part.holds(wanted):
                    return written
    return ""


@lru_cache(maxsize=2_000)
def ways(phrase: str) -> tuple[tuple[str, ...], ...]:
    """Lemmas of all a phrase stands for; without those of more than `_MOST_WAYS`."""
    choices = [
        [lemma for it in one.split("|") for lemma in _lemmas(words(it))] for one in phrase.split()
    ]
    found = product(*[one for one in choices if one])
    return tuple(
        dict.fromkeys(way for way, _ in zip(found, range(_MOST_WAYS), strict=False) if way)
    )


class _Part:
    """A part of a sentence between marks."""

    def __init__(self, text: str) -> None:
        self.words = words(text)
        self.lemmas = _lemmas(self.words)

    def holds(self, wanted: tuple[str, ...]) -> str:
        """The words as they are written where `wanted` is in this part and is not denied."""
        if not set(wanted) <= set(self.lemmas):
            return ""
        starts = [place for place, lemma in enumerate(self.lemmas) if lemma in wanted]
        for start in starts:
            places = self._window(start, wanted)
            if places and not self._denied(places, wanted):
                return " ".join(self.words[min(places) : max(places) + 1])
        return ""

    def _window(self, start: int, wanted: tuple[str, ...]) -> list[int]:
        """Places of all `wanted` from `start` on, not farther apart than allowed; else none."""
        left, places = list(wanted), []
        end = min(len(self.lemmas), start + len(wanted) + GAP)
        for place in range(start, end):
            if self.lemmas[place] in left:
                left.remove(self.lemmas[place])
                places.append(place)
        return [] if left else places

    def _denied(self, places: Sequence[int], wanted: tuple[str, ...]) -> bool:
        if any(one in _DENIALS for one in wanted):
            return False  # «нет отопления» is a danger by its denial
        after = self.lemmas[max(places) + 1 :][:2]
        if after[:1] in _ABSENT or after == _WAS_NOT:
            return True
        return any(self._denial_before(place) for place in places)

    def _denial_before(self, place: int) -> bool:
        before = place - 1
        while before >= 0 and self.lemmas[before] in _FILLERS:
            before -= 1
        if before < 0 or self.words[before] not in _DENIALS:
            return False
        return not (before > 0 and self.words[before - 1] in _NEARLY)


def _lemmas(tokens: list[str]) -> list[str]:
    """With words that searches leave out: a denial is one of them."""
    if not tokens:
        return []
    return [lemma.lower().replace("ё", "е") for lemma in analyzer().lemmatize(tokens)]
