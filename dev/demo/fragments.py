"""Fragments of speech: a line of data becomes a small tree, a tree becomes words.

    [a|b|]   one of the variants, an empty one included
    <а|б>    the first for a man, the second for a woman
    {slot}   asked from the scene

A line may begin with «(зима)» or «(лето)»: it is then said only in that half of the year.
"""

import re
import tomllib
from functools import cache
from importlib import resources
from random import Random
from typing import Any, Protocol

import msgspec


class Scene(Protocol):
    """What a fragment may ask for while it is being said."""

    rng: Random
    female: bool

    def fill(self, slot: str) -> str: ...


class Slot(msgspec.Struct, frozen=True, gc=False):
    name: str


class Choice(msgspec.Struct, frozen=True):
    options: tuple["Phrase", ...]
    by_gender: bool = False


Part = str | Slot | Choice
Phrase = tuple[Part, ...]

WINTER = frozenset({11, 12, 1, 2, 3})
SUMMER = frozenset({5, 6, 7, 8, 9})
_HALVES = {"зима": WINTER, "лето": SUMMER}
_TOKEN = re.compile(r"[\[\]<>|]|\{\w+\}|[^\[\]<>|{}]+")
_HALF = re.compile(r"^\((зима|лето)\)\s+")


class Fragment(msgspec.Struct, frozen=True):
    phrase: Phrase
    months: frozenset[int] | None = None
    """Months in which it may be said; None means always."""


class FragmentError(ValueError):
    """A line of data cannot be read: the brackets do not match."""


def parse(line: str) -> Phrase:
    """Raises FragmentError naming the line when brackets do not close."""
    tokens: list[str] = _TOKEN.findall(line)
    phrase, rest = _sequence(tokens, 0, frozenset())
    if rest != len(tokens) or "".join(tokens) != line:
        raise FragmentError(line)
    return phrase


def _sequence(tokens: list[str], at: int, stops: frozenset[str]) -> tuple[Phrase, int]:
    parts: list[Part] = []
    while at < len(tokens) and tokens[at] not in stops:
        piece = tokens[at]
        if piece in "[<":
            choice, at = _choice(tokens, at + 1, "]" if piece == "[" else ">")
            parts.append(choice)
            continue
        if piece in "]>|":
            raise FragmentError("".join(tokens))
        parts.append(Slot(piece[1:-1]) if piece.startswith("{") else piece)
        at += 1
    return tuple(parts), at


def _choice(tokens: list[str], at: int, close: str) -> tuple[Choice, int]:
    options: list[Phrase] = []
    while True:
        option, at = _sequence(tokens, at, frozenset({"|", close}))
        options.append(option)
        if at >= len(tokens):
            raise FragmentError("".join(tokens))
        at += 1
        if tokens[at - 1] == close:
            return Choice(tuple(options), by_gender=close == ">"), at


def say(phrase: Phrase, scene: Scene) -> str:
    out: list[str] = []
    _say(phrase, scene, out)
    return "".join(out)


def _say(phrase: Phrase, scene: Scene, out: list[str]) -> None:
    for part in phrase:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Slot):
            out.append(scene.fill(part.name))
        elif part.by_gender:
            _say(part.options[1 if scene.female else 0], scene, out)
        else:
            options = part.options
            _say(options[int(scene.rng.random() * len(options))], scene, out)


def read_lines(block: str) -> tuple[Fragment, ...]:
    return tuple(_read_line(line.strip()) for line in block.splitlines() if line.strip())


def _read_line(line: str) -> Fragment:
    found = _HALF.match(line)
    if found is None:
        return Fragment(parse(line))
    return Fragment(parse(line[found.end() :]), _HALVES[found.group(1)])


def in_month(fragments: tuple[Fragment, ...], month: int) -> tuple[Phrase, ...]:
    return tuple(f.phrase for f in fragments if f.months is None or month in f.months)


def slots_of(phrase: Phrase) -> set[str]:
    found: set[str] = set()
    for part in phrase:
        if isinstance(part, Slot):
            found.add(part.name)
        elif isinstance(part, Choice):
            for option in part.options:
                found |= slots_of(option)
    return found


@cache
def data(name: str) -> dict[str, Any]:
    """The TOML file `name` that lies beside this module."""
    text = resources.files("dev.demo").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def theme_files() -> list[str]:
    names = [path.name for path in resources.files("dev.demo").joinpath("data").iterdir()]
    return sorted(name for name in names if name.startswith("themes_"))
