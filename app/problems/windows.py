"""How long a problem waits for its next message: water days, roads months."""

import tomllib
from datetime import timedelta
from functools import cache
from importlib.resources import files

from msgspec import Struct, convert

from app.text.words import fold


class _Window(Struct, frozen=True):
    days: int
    words: list[str]
    """Any of them within the name of a theme."""


class _Windows(Struct, frozen=True):
    default: int
    window: list[_Window]


@cache
def _shipped() -> _Windows:
    raw = files("app.problems").joinpath("data/windows.toml").read_text("utf-8")
    return convert(tomllib.loads(raw), _Windows)


@cache
def window(theme: str | None, group: str | None = None) -> timedelta:
    """`group` has a say where the theme has none: «ЖКХ» as its themes on average."""
    shipped = _shipped()
    name = fold(theme or group or "")
    for one in shipped.window:
        if any(word in name for word in one.words):
            return timedelta(days=one.days)
    return timedelta(days=shipped.default)


def longest_window() -> timedelta:
    shipped = _shipped()
    return timedelta(days=max([shipped.default, *(one.days for one in shipped.window)]))
