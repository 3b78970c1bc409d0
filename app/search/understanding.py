"""What a person meant: exact phrases, numbers of cases, an address, and the words left."""

import re
from dataclasses import dataclass

from msgspec import Struct

from app.text.addresses import FoundAddress, find_address
from app.text.lemmas import lemmatise
from app.text.words import words

MAX_LENGTH = 1000
"""Characters of a question that are used: more than any sentence, and 200 words already make a
query of 600 clauses."""

_PHRASE = re.compile('["“”„]([^"“”„]*)["“”„]')
_QUOTES = re.compile('["“”„]')
_DASHES = re.compile("[‐‑‒–—−]")
_NUMBER = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")
_FEWEST_DIGITS = 4
"""Of a number inside a question: «школа 12», «дом 135» name no case."""
_MOST_NUMBERS = 10
_MOST_PHRASES = 10


class Change(Struct, frozen=True):
    """How the question that was run differs from the one that was given."""

    code: str
    """Stable: `cut`."""
    message: str


@dataclass(frozen=True)
class Understood:
    given: str
    text: str
    """All the words to look for, those of phrases too, without the quotes."""
    lemmas: str
    phrases: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """What may be the number of a case, in the spellings it may be kept in."""
    address: FoundAddress | None = None
    changes: tuple[Change, ...] = ()


def understand(given: str) -> Understood:
    """Never fails, whatever was typed or pasted."""
    given = given.strip()
    used = _cut(given)
    changes: tuple[Change, ...] = ()
    if used != given:
        message = f"Запрос длинный: искали по первым {len(used)} знакам."
        changes = (Change("cut", message),)
    phrases = [found.strip() for found in _PHRASE.findall(used)]
    text = " ".join(_QUOTES.sub(" ", used).split())
    return Understood(
        given=given,
        text=text,
        lemmas=lemmatise(text),
        phrases=tuple(phrase for phrase in phrases if words(phrase))[:_MOST_PHRASES],
        numbers=_numbers(text),
        address=find_address(text),
        changes=changes,
    )


def _cut(given: str) -> str:
    """The beginning of a long question up to the last whole word."""
    if len(given) <= MAX_LENGTH:
        return given
    start = given[:MAX_LENGTH]
    whole = start.rsplit(maxsplit=1)[0] if not given[MAX_LENGTH].isspace() else start
    return (whole if len(whole) > MAX_LENGTH // 2 else start).strip()


def _numbers(text: str) -> tuple[str, ...]:
    """Candidates in the spelling given, in capitals and in small letters."""
    plain = _DASHES.sub("-", text).strip(" №#.,;:()")
    inside = [found for found in _NUMBER.findall(plain) if _digits(found) >= _FEWEST_DIGITS]
    if _digits(plain) and " " not in plain:
        inside.insert(0, plain)
    spellings = [
        spelled
        for number in dict.fromkeys(inside[:_MOST_NUMBERS])
        for spelled in (number, number.upper(), number.lower())
    ]
    return tuple(dict.fromkeys(spellings))


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)
