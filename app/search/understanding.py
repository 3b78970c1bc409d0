"""What a person meant: every step that changes the question is told and can be switched off."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import chain

from msgspec import Struct

from app.search.parsing import MOST_PHRASES, Parsed, Unit, parse
from app.search.repairs import STEPS, Word, changed
from app.text.addresses import FoundAddress, find_address
from app.text.formal import split_formal
from app.text.lemmas import lemmatise
from app.text.spelling import NO_WORDS, Vocabulary
from app.text.synonyms import shown, synonyms_in
from app.text.words import stop_words, words

MAX_LENGTH = 1000
"""Characters of a question that are used: more than any sentence, and 200 words already make a
query of 600 clauses."""

MOST_WORDS = 40
"""Different words of a question that are looked for: a whole letter has enough in its first ones,
and the time of a search grows with each (150 words over 300,000 messages took three seconds)."""

SWITCHES = (
    "number",
    "address",
    "lookalikes",
    "layout",
    "spelling",
    "synonyms",
    "formal",
    "quotes",
    "without",
    "either",
    "nearly",
    "loosened",
)
"""Steps in their order, by the names that `asis` takes and `Change.code` gives."""

_DASHES = re.compile("[‐‑‒–—−]")
_NUMBER = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")
_FEWEST_DIGITS = 4
"""Of a number inside a question: «школа 12», «дом 135» name no case."""
_MOST_NUMBERS = 10
_MOST_SHOWN = 4
"""Synonyms of one word that are told; the longest group has eight."""
_MOST_TOLD = 3
"""Words whose synonyms are told: a sentence has more, and nobody reads them."""
_LONGEST_TOLD = 120
_LONGEST_WORD = 60

_REPAIRED = {
    "lookalikes": "Искали «{to}» русскими буквами: в «{was}» часть букв латинские.",
    "layout": "Искали «{to}» вместо «{was}»: другая раскладка клавиатуры.",
    "spelling": "Искали «{to}» вместо «{was}»: похоже на опечатку.",
}


class Change(Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """How the question that was run differs from the one that was given."""

    code: str
    """Stable: `cut`, `answers`, `phrase_loosened`, `meaning`, `words_only`, `partial` or one of
    `SWITCHES`."""
    message: str
    before: str | None = None
    after: str | None = None
    """Words of the question, and what stands for them; None where the step has no such pair."""


@dataclass(frozen=True)
class Understood:
    given: str
    text: str
    """All the words to look for, those of phrases too, without the quotes."""
    telling: str
    """The words a message should have: all but the formal ones, each once, `MOST_WORDS` of them."""
    formal: str = ""
    """Greetings, requests, officialese: they may order what is found, no more."""
    phrases: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """What may be the number of a case, in the spellings it may be kept in."""
    address: FoundAddress | None = None
    changes: tuple[Change, ...] = ()
    kept: frozenset[str] = frozenset()
    """Lemmas that are never formal here."""
    synonyms: bool = True
    nears: bool = True
    """Whether what is nearly spelt so is found where the words themselves find too little."""
    loosens: bool = True
    """Whether fewer of the words are enough where all of them find too little."""
    without: tuple[str, ...] = ()
    """Words, and phrases of several, that must not be there."""
    alternatives: tuple["Understood", ...] = ()
    """Each enough by itself; none where the question has one side."""

    @property
    def wordings(self) -> tuple[str, ...]:
        """What a vector is made of: also as it was typed, where spelling was guessed, for names
        are no mistakes. XQuAD 0.8387 by the mended text alone, 0.8395 by both, with typos 0.829 and
        0.831.
        """
        codes = {change.code for change in self.changes}
        if self.given == self.text or not codes <= _TYPED or self.without or self.alternatives:
            return (self.text,)
        return self.text, self.given


_TYPED = frozenset({"spelling", "quotes", "formal", "synonyms"})
"""Changes after which what was typed is still a question in Russian."""


def understand(
    given: str, asis: Collection[str] = (), vocabulary: Vocabulary = NO_WORDS
) -> Understood:
    """Never fails, whatever was typed or pasted. `asis` names steps of `SWITCHES` to leave out."""
    given = given.strip()
    used = _cut(given)
    parsed, repairs = _mended(parse(used, asis), asis, vocabulary)
    asked = _asked(given, parsed.units, asis, vocabulary)
    without = tuple(unit.text for unit in parsed.without)[:MOST_PHRASES]
    sides = parsed.sides if len(parsed.sides) > 1 else []
    asked = replace(
        asked,
        without=without,
        alternatives=tuple(_asked(given, side, asis, vocabulary) for side in sides),
    )
    changes = [*_cut_change(used, asked), *_recognised(asked), *repairs, *_signs(asked)]
    return replace(asked, changes=tuple(changes))


def _asked(
    given: str, units: list[Unit], asis: Collection[str], vocabulary: Vocabulary
) -> Understood:
    text = " ".join(unit.text for unit in units)
    phrases = [unit.text for unit in units if unit.quoted]
    kept = _never_formal(text, phrases)
    telling, formal = (text, "") if "formal" in asis else split_formal(text, kept)
    telling = _different(telling)
    return Understood(
        given=given,
        text=text,
        telling=telling,
        formal=formal,
        kept=kept,
        phrases=tuple(phrases[:MOST_PHRASES]),
        numbers=() if "number" in asis else _numbers(text),
        address=None if "address" in asis else find_address(text, vocabulary.streets),
        synonyms="synonyms" not in asis,
        nears="nearly" not in asis,
        loosens="loosened" not in asis,
    )


def _different(text: str) -> str:
    """As typed («vk.com» is one word to the engine), but for what nobody types as one word."""
    seen: dict[str, str] = {}
    typed = (words(part) if len(part) > _LONGEST_WORD else [part] for part in text.split())
    for word in chain.from_iterable(typed):
        seen.setdefault(" ".join(words(word)), word)
    return " ".join(list(seen.values())[:MOST_WORDS])


def _never_formal(text: str, phrases: Iterable[str]) -> frozenset[str]:
    """Lemmas of phrases, and of terms with synonyms: «управляющая организация» is one thing."""
    terms = [term for term, _ in synonyms_in(lemmatise(text))]
    return frozenset(" ".join([*terms, *map(lemmatise, phrases)]).split())


def _mended(
    parsed: Parsed, asis: Collection[str], vocabulary: Vocabulary
) -> tuple[Parsed, list[Change]]:
    changes = []
    for code, step in STEPS.items():
        if code in asis:
            continue
        asked = _words(parsed, asis, vocabulary)
        before, after = [word.text for word in asked], step(asked, vocabulary)
        if before != after:
            parsed = _with_words(parsed, after)
            was, now = (_short(part) for part in changed(before, after))
            message = _REPAIRED[code].format(was=was, to=now)
            changes.append(Change(code, message, was, now))
    return parsed, changes


def _words(parsed: Parsed, asis: Collection[str], vocabulary: Vocabulary) -> list[Word]:
    """All words, those not wanted last; street names are as people write them."""
    found = None if "address" in asis else find_address(parsed.text, vocabulary.streets)
    around = set(words(f"{found.before} {found.after}")) if found else set()
    return [
        Word(word, unit.quoted or bool(found and not around.intersection(words(word))))
        for unit in [*parsed.units, *parsed.without]
        for word in unit.words
    ]


def _with_words(parsed: Parsed, fresh: Iterable[str]) -> Parsed:
    given = iter(fresh)

    def put(units: list[Unit]) -> list[Unit]:
        return [replace(unit, words=tuple(next(given) for _ in unit.words)) for unit in units]

    sides = [put(side) for side in parsed.sides]
    return Parsed(sides, put(parsed.without))


def _cut(given: str) -> str:
    """The beginning of a long question up to the last whole word."""
    if len(given) <= MAX_LENGTH:
        return given
    start = given[:MAX_LENGTH]
    whole = start.rsplit(maxsplit=1)[0] if not given[MAX_LENGTH].isspace() else start
    return (whole if len(whole) > MAX_LENGTH // 2 else start).strip()


def _cut_change(used: str, asked: Understood) -> list[Change]:
    """Told where letters or words were left out."""
    left = len(set(words(used)) - stop_words()) > MOST_WORDS
    if used == asked.given and not left:
        return []
    told = f"словам: {MOST_WORDS}" if left else f"знакам: {len(used)}"
    return [Change("cut", f"Запрос длинный: искали по первым {told}.")]


def _recognised(asked: Understood) -> list[Change]:
    told = []
    if asked.numbers:
        number = asked.numbers[0]
        message = f"«{_short(number)}» — номер: обращение с ним стоит первым."
        told.append(Change("number", message, number, number))
    if asked.address:
        street, house = asked.address.address.street, asked.address.address.house
        place = ", ".join(filter(None, [street, house]))
        message = f"«{place}» — адрес: обращения оттуда стоят выше."
        told.append(Change("address", message, place, place))
    return told


def _signs(asked: Understood) -> list[Change]:
    told = _synonyms_told(asked) if asked.synonyms else []
    if asked.formal:
        formal = " ".join(words(asked.formal))
        message = f"Необязательные слова: «{_short(formal)}»."
        told.append(Change("formal", message, formal, None))
    if asked.phrases:
        exact = _quoted(asked.phrases)
        told.append(Change("quotes", f"Только дословно: {exact}.", None, exact))
    if asked.without:
        left_out = _quoted(asked.without)
        told.append(Change("without", f"Без слов: {left_out}.", None, left_out))
    if asked.alternatives:
        sides = " или ".join(f"«{_short(side.text)}»" for side in asked.alternatives)
        told.append(Change("either", f"Подходит любое: {sides}.", None, sides))
    return told


def _synonyms_told(asked: Understood) -> list[Change]:
    found = synonyms_in(lemmatise(asked.text))[:_MOST_TOLD]
    if not found:
        return []
    parts = []
    for _, others in found:
        more = len(others) - _MOST_SHOWN
        parts.append(
            _quoted(map(shown, others[:_MOST_SHOWN])) + (f" и ещё {more}" if more > 0 else "")
        )
    was = ", ".join(term for term, _ in found)
    now = ", ".join(other for _, others in found for other in others)
    return [Change("synonyms", f"Искали и другими словами: {', '.join(parts)}.", was, now)]


def _quoted(parts: Iterable[str]) -> str:
    return ", ".join(f"«{_short(part)}»" for part in parts)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD].rstrip()}…"


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
