"""Sharp words: the list people edit, and which of them a text holds. Pure rules, no engine."""

import tomllib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

from msgspec import Struct

from app.errors import BadInputError
from app.reference.rules import clean_name, new_code
from app.suggestions.danger import DangerWord, Found, find_danger, ways

DATA = Path(__file__).parent / "data"
MOST_LINES, MOST_PHRASES, LONGEST_PHRASE, LONGEST_NAME, LONGEST_WHY = 60, 60, 120, 100, 200
LONGEST_TEXT = 60_000
_ANY_MONTH = 1


class ToneLine(Struct, frozen=True, omit_defaults=True):
    """Words that mean one thing; `why` is told to people beside the words that were found."""

    code: str
    name: str
    phrases: list[str]
    """«а|б» is either of them."""
    why: str
    version: int = 1
    changed_at: datetime | None = None
    changed_by: str | None = None


@cache
def shipped_lines() -> tuple[ToneLine, ...]:
    raw = tomllib.loads((DATA / "tone.toml").read_text())["words"]
    return tuple(ToneLine(one["code"], one["name"], one["phrases"], one["why"]) for one in raw)


def find_tone(texts: Iterable[str | None], lines: Iterable[ToneLine]) -> list[Found]:
    """Each line of the list once at most. What is denied does not count («это не обман»)."""
    said = "\n".join(text for text in texts if text)
    listed = [DangerWord(one.code, one.name, one.phrases, one.why) for one in lines]
    return find_danger(said, listed, _ANY_MONTH)


def written(lines: Iterable[ToneLine]) -> str:
    """The list as one text to edit: a paragraph a line, what it means after the name."""
    parts = [f"{one.name}: {one.why}\n" + "\n".join(one.phrases) for one in lines]
    return "\n\n".join(parts)


def read_lines(text: str, known: Iterable[ToneLine]) -> list[ToneLine]:
    """As `written` has it; codes of lines whose name stayed are kept.

    Raises `BadInputError` that names the paragraph.
    """
    if len(text) > LONGEST_TEXT:
        raise BadInputError(f"Список длиннее {LONGEST_TEXT} знаков.", field="words")
    codes = {one.name: one.code for one in known}
    found: list[ToneLine] = []
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        rows = [row.strip() for row in paragraph.splitlines() if row.strip()]
        if rows:
            found.append(_line(rows, codes, {one.code for one in found}))
    if len(found) > MOST_LINES:
        raise BadInputError(f"Групп больше {MOST_LINES}. Уберите лишние.", field="words")
    if len({one.name for one in found}) < len(found):
        raise BadInputError("Две группы названы одинаково. Переименуйте одну.", field="words")
    return found


def _line(rows: list[str], codes: dict[str, str], taken: set[str]) -> ToneLine:
    name, _, why = (clean_name(part) for part in rows[0].partition(":"))
    if not name or not why or len(name) > LONGEST_NAME or len(why) > LONGEST_WHY:
        raise BadInputError(
            f"«{rows[0][:LONGEST_NAME]}»: первая строка группы — «название: что это значит».",
            field="words",
        )
    phrases = list(dict.fromkeys(map(clean_name, rows[1:])))
    if not 1 <= len(phrases) <= MOST_PHRASES:
        raise BadInputError(
            f"«{name}»: нужно от одного до {MOST_PHRASES} выражений, по одному в строке.",
            field="words",
        )
    for phrase in phrases:
        if len(phrase) > LONGEST_PHRASE or not ways(phrase):
            raise BadInputError(
                f"«{name}», «{phrase[:LONGEST_PHRASE]}»: нужны слова, до {LONGEST_PHRASE} знаков.",
                field="words",
            )
    return ToneLine(
        codes.get(name) or new_code(name, {*codes.values(), *taken}), name, phrases, why
    )
