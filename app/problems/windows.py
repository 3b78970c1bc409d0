"""How long a problem waits for its next message, by words of its theme: water days, roads months.

The list is shipped (`data/windows.toml`) and edited by people (`app.problems.book`). Pure rules.
"""

import tomllib
from datetime import timedelta
from functools import cache
from importlib.resources import files

from msgspec import Struct, convert

from app.errors import BadInputError
from app.reference.rules import clean_name
from app.text.words import fold

MOST_DAYS = 180
"""What one worker holds in memory grows with the longest window."""
MOST_LINES, MOST_WORDS = 20, 60
SHORTEST_WORD, LONGEST_WORD = 3, 100


class Window(Struct, frozen=True):
    days: int
    words: list[str]
    """Any of them within the name of a theme; folded."""


class Windows(Struct, frozen=True):
    """Of several lines that fit a theme the shortest holds: they stand in the order of days."""

    default: int
    window: list[Window]

    def of(self, theme: str | None, group: str | None = None) -> timedelta:
        """`group` has a say where the theme has none: «ЖКХ» as its themes on average."""
        name = fold(theme or group or "")
        for one in self.window:
            if any(word in name for word in one.words):
                return timedelta(days=one.days)
        return timedelta(days=self.default)

    @property
    def longest(self) -> timedelta:
        return timedelta(days=max([self.default, *(one.days for one in self.window)]))


@cache
def shipped_windows() -> Windows:
    raw = files("app.problems").joinpath("data/windows.toml").read_text("utf-8")
    return convert(tomllib.loads(raw), Windows)


def checked(wanted: Windows) -> Windows:
    """Tidied: words folded, lines of equal length joined. Raises `BadInputError` that names the
    field, of a line `days_N` or `words_N`.
    """
    _check_days(wanted.default, "default")
    if len(wanted.window) > MOST_LINES:
        raise BadInputError(f"Строк больше {MOST_LINES}. Уберите лишние.", field="default")
    by_days: dict[int, list[str]] = {}
    taken: dict[str, int] = {}
    for place, one in enumerate(wanted.window):
        _check_days(one.days, f"days_{place}")
        for word in _words(one, f"words_{place}"):
            if taken.setdefault(word, one.days) != one.days:
                raise BadInputError(
                    f"«{word}» стоит в двух строках: на {taken[word]} и на {one.days} дн. "
                    "Оставьте в одной.",
                    field=f"words_{place}",
                )
            by_days.setdefault(one.days, []).append(word)
    lines = [Window(days, list(dict.fromkeys(by_days[days]))) for days in sorted(by_days)]
    return Windows(wanted.default, lines)


def _check_days(days: int, field: str) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise BadInputError(f"Нужно целое число дней от 1 до {MOST_DAYS}.", field=field)


def _words(one: Window, field: str) -> list[str]:
    words = list(dict.fromkeys(fold(clean_name(word)) for word in one.words if word.strip()))
    if not words:
        raise BadInputError("Напишите хотя бы одно слово из названия темы.", field=field)
    if len(words) > MOST_WORDS:
        raise BadInputError(f"Слов в строке больше {MOST_WORDS}. Уберите лишние.", field=field)
    for word in words:
        if not SHORTEST_WORD <= len(word) <= LONGEST_WORD or not word.isprintable():
            raise BadInputError(
                f"«{word[:LONGEST_WORD]}»: нужно от {SHORTEST_WORD} до {LONGEST_WORD} букв.",
                field=field,
            )
    return words


class Moved(Struct, frozen=True, omit_defaults=True):
    """A word whose days differ; without a word, the other themes."""

    word: str | None = None
    before: int | None = None
    """None: it stood in no line."""
    after: int | None = None


def moved(was: Windows, now: Windows) -> list[Moved]:
    before, after = _by_word(was), _by_word(now)
    return [
        Moved(word, before.get(word), after.get(word))
        for word in dict.fromkeys([*before, *after])
        if before.get(word) != after.get(word)
    ]


def _by_word(windows: Windows) -> dict[str | None, int]:
    return {None: windows.default, **{w: one.days for one in windows.window for w in one.words}}
