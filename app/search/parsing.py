"""The signs a person may put into a question: exact words, words without which, alternatives."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from app.text.words import words

_UNIT = re.compile(
    r"""
    (?P<minus>(?<!\S)[-−](?=["“”„]))? ["“”„](?P<phrase>[^"“”„]*)["“”„]
    | (?P<word>[^\s"“”„]+)
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"""(?P<minus>(?!))?(?P<phrase>(?!))?(?P<word>[^\s"“”„]+)""")
_EXCLUDED = re.compile(r"[-−](?=[^\W\d_])")
_LOUD_OR = frozenset({"OR", "ИЛИ", "|", "||"})
_QUIET_OR = "или"
LONGEST_WITH_OR = 7
"""Words of a question in which a small «или» is an alternative; in a sentence it joins a list."""
MOST_ALTERNATIVES = 5
MOST_PHRASES = 10


@dataclass(frozen=True)
class Unit:
    """A word, or the words of a pair of quotes."""

    words: tuple[str, ...]
    """As typed, with the punctuation around them."""
    quoted: bool = False
    without: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True)
class Parsed:
    sides: list[list[Unit]]
    """What is looked for: one side, or one for each alternative."""
    without: list[Unit]

    @property
    def units(self) -> list[Unit]:
        return [unit for side in self.sides for unit in side]

    @property
    def text(self) -> str:
        return " ".join(unit.text for unit in self.units)


def parse(text: str, asis: Collection[str] = ()) -> Parsed:
    """Never fails: a sign that cannot be meant as one is part of its word.

    `asis` may name `quotes`, `without` and `either`: these signs then mean nothing.
    """
    units = _units(text, quotes="quotes" not in asis, minus="without" not in asis)
    wanted = [unit for unit in units if not unit.without]
    if not any(words(unit.text) for unit in wanted):
        wanted = [replace(unit, without=False) for unit in units]
        return Parsed([wanted], [])
    sides = [wanted] if "either" in asis else _sides(wanted)
    return Parsed(sides, [unit for unit in units if unit.without])


def _units(text: str, *, quotes: bool, minus: bool) -> list[Unit]:
    units = []
    for found in (_UNIT if quotes else _PLAIN).finditer(text):
        if found["word"] is not None:
            units.append(_word(found["word"], minus=minus))
        elif inside := found["phrase"].split():
            without = bool(found["minus"]) and minus
            units.append(Unit(tuple(inside), bool(words(found["phrase"])), without))
    return units


def _word(word: str, *, minus: bool) -> Unit:
    excluded = _EXCLUDED.match(word) if minus else None
    return Unit((word[excluded.end() :],), without=True) if excluded else Unit((word,))


def _sides(units: list[Unit]) -> list[list[Unit]]:
    """One side where there is no «или», nothing on a side of it, or too many of them."""
    sides: list[list[Unit]] = [[]]
    for unit in units:
        if _is_or(unit, len(units)):
            sides.append([])
        else:
            sides[-1].append(unit)
    meant = all(any(words(unit.text) for unit in side) for side in sides)
    return sides if meant and len(sides) <= MOST_ALTERNATIVES else [units]


def _is_or(unit: Unit, count: int) -> bool:
    if unit.quoted:
        return False
    return unit.text in _LOUD_OR or (unit.text == _QUIET_OR and count <= LONGEST_WITH_OR)
