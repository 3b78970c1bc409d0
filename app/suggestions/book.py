"""The book of suggestions: words of danger, and from which confidence a machine sets by itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from app.errors import BadInputError, ConflictError, NotFoundError
from app.reference.rules import BookEvent, clean_name, new_code, stamped_line
from app.suggestions.danger import DangerWord, shipped_words, ways

FIELDS = {"theme": "Тема", "department": "Ведомство", "importance": "Важность"}
"""Which fields a machine may set, and what people call them."""
LOWEST_THRESHOLD = 0.8
"""Below it a machine would err in every fifth case."""
MOST_PHRASES, LONGEST_PHRASE, MOST_WORDS = 60, 120, 200
LONGEST_NAME, LONGEST_WHY = 100, 200


class SuggestionBook(Struct, frozen=True):
    words: dict[str, DangerWord]
    thresholds: dict[str, float] = field(default_factory=dict)
    """Field → confidence from which it is set without a person; a field that is not there never
    is. Of importance any threshold means: where a word of danger was found."""


def shipped_book() -> SuggestionBook:
    return SuggestionBook({one.code: one for one in shipped_words()})


def to_book(source: Mapping[str, Any]) -> SuggestionBook:
    """Raises `msgspec.ValidationError` for a document that is not ours."""
    words = msgspec.convert(source["words"], list[DangerWord])
    thresholds = msgspec.convert(source.get("thresholds", {}), dict[str, float])
    return SuggestionBook({one.code: one for one in words}, thresholds)


def with_word(book: SuggestionBook, wanted: DangerWord, version: int) -> SuggestionBook:
    """`version` is the one that was shown, 0 for a new line, whose code is made here.

    Raises `BadInputError`, `NotFoundError`, and `ConflictError` that names who changed it since.
    """
    wanted = checked(wanted)
    if not version:
        if len(book.words) >= MOST_WORDS:
            raise BadInputError(f"В списке уже {MOST_WORDS} строк: больше нельзя.")
        wanted = replace(wanted, code=new_code(wanted.name, book.words))
    else:
        now = word_of(book, wanted.code)
        if now.version != version:
            who = now.changed_by or "кто-то"
            raise ConflictError(f"«{now.name}» тем временем изменил(а) {who}. Введённое осталось.")
        stamps = {"version": now.version, "changed_at": now.changed_at}
        wanted = replace(wanted, changed_by=now.changed_by, **stamps)
    return replace(book, words=book.words | {wanted.code: wanted})


def word_of(book: SuggestionBook, code: str) -> DangerWord:
    """Raises `NotFoundError`."""
    found = book.words.get(code)
    if found is None:
        raise NotFoundError("Такой строки в списке опасных слов нет.")
    return found


def checked(word: DangerWord) -> DangerWord:
    """Tidied. Raises `BadInputError` that names the field."""
    name, why = clean_name(word.name), clean_name(word.why)
    if not name or len(name) > LONGEST_NAME:
        raise BadInputError(f"Нужно название, до {LONGEST_NAME} знаков.", field="name")
    if not why or len(why) > LONGEST_WHY:
        raise BadInputError(f"Объясните, чем это опасно, до {LONGEST_WHY} знаков.", field="why")
    phrases = list(dict.fromkeys(clean_name(one) for one in word.phrases if one.strip()))
    if not phrases:
        raise BadInputError("Напишите хотя бы одно слово или выражение.", field="phrases")
    if len(phrases) > MOST_PHRASES:
        raise BadInputError(f"Не больше {MOST_PHRASES} выражений.", field="phrases")
    for phrase in phrases:
        if len(phrase) > LONGEST_PHRASE or not ways(phrase):
            raise BadInputError(
                f"«{phrase[:LONGEST_PHRASE]}»: нужны слова, до {LONGEST_PHRASE} знаков.",
                field="phrases",
            )
    return replace(word, name=name, why=why, phrases=phrases)


def with_thresholds(book: SuggestionBook, wanted: Mapping[str, float]) -> SuggestionBook:
    """Raises `BadInputError` that names the field."""
    for name, value in wanted.items():
        if name not in FIELDS or not LOWEST_THRESHOLD <= value <= 1:
            raise BadInputError(
                f"Порог: от {LOWEST_THRESHOLD:.0%} до 100%. Пусто: никогда.", field=name
            )
    return replace(book, thresholds=dict(wanted))


def stamped(
    was: SuggestionBook, now: SuggestionBook, *, by: str, at: datetime, seq: int
) -> tuple[SuggestionBook, list[BookEvent]]:
    """`now` with who and when on each line that differs from `was`, and the events of it."""
    events: list[BookEvent] = []
    words = {
        code: stamped_line(was.words.get(code), one, "danger", by, at, seq, events)
        for code, one in now.words.items()
    }
    if was.thresholds != now.thresholds:
        number = seq + len(events) + 1
        before = {"thresholds": was.thresholds}
        title = "Пороги подсказок"
        events.append(
            BookEvent(
                number, at, by, "thresholds_changed", "thresholds", title, ["thresholds"], before
            )
        )
    return SuggestionBook(words, now.thresholds), events
