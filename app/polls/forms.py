"""Forms of polls and publications; whatever was typed is kept, also when it is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.dates import read_day
from app.errors import BadInputError
from app.polls.models import Option
from app.polls.table import Draft, checked

_LONGEST_TEXT = 5_000
_LONGEST_WHERE = 300
_LONGEST_ID = 512
_LONGEST_LINE = 400
_OPTION = re.compile(r"(.+?)( ?[:—–] ?| - | )([0-9]{1,3}(?: [0-9]{3})+|[0-9]+)")
_FIELDS = ("title", "question", "options", "theme", "territory", "held_from", "held_to", "url")


@dataclass(frozen=True)
class PollForm:
    title: str = ""
    question: str = ""
    options: str = ""
    """One in a line: «За: 120»."""
    theme: str = ""
    territory: str = ""
    held_from: str = ""
    held_to: str = ""
    url: str = ""
    problem: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def draft(self) -> Draft:
        """Raises `BadInputError` that names the field."""
        return checked(
            Draft(
                self.title,
                self.question,
                [_option(line) for line in self.options.splitlines() if line.strip()],
                self.theme or None,
                self.territory or None,
                _day(self.held_from, "held_from"),
                _day(self.held_to, "held_to"),
                self.url or None,
            )
        )


def read_poll(given: Mapping[str, Any]) -> PollForm:
    texts: dict[str, Any] = {name: _text(given, name) for name in _FIELDS}
    return PollForm(**texts, problem=_text(given, "problem")[:_LONGEST_ID])


def _day(text: str, name: str) -> date | None:
    """As a field of a browser sends it. Raises `BadInputError`."""
    if not text:
        return None
    try:
        return read_day(text)
    except ValueError:
        raise BadInputError("Укажите день: ДД.ММ.ГГГГ.", field=name) from None


@dataclass(frozen=True)
class PublicationForm:
    where: str
    text: str
    on: date


def read_publication(given: Mapping[str, Any]) -> PublicationForm:
    """Raises `BadInputError` that names the field."""
    where, text = _text(given, "where"), _text(given, "text")
    on = _day(_text(given, "on"), "on")
    if not where or len(where) > _LONGEST_WHERE:
        raise BadInputError(
            f"Напишите, где опубликовано, до {_LONGEST_WHERE} знаков.", field="where"
        )
    if len(text) > _LONGEST_TEXT:
        raise BadInputError(f"Текст длиннее {_LONGEST_TEXT} знаков.", field="text")
    if on is None:
        raise BadInputError("Укажите день публикации.", field="on")
    return PublicationForm(where, text, on)


def _option(line: str) -> Option:
    """«За: 1 200», «За — 120», «За 120». «Дом 5 200» may be 200 votes as well as 5,200: only a sign
    before the number tells. Raises `BadInputError`.
    """
    told = " ".join(line.split())
    found = _OPTION.fullmatch(told) if len(told) <= _LONGEST_LINE else None
    if found is None:
        raise BadInputError(f"«{told[:80]}»: нужно «вариант: число».", field="options")
    name, sign, votes = found.groups()
    if sign == " " and " " in votes:
        raise BadInputError(
            f"«{told[:80]}»: поставьте двоеточие перед числом голосов.", field="options"
        )
    return Option(name, int(votes.replace(" ", "")))


def _text(given: Mapping[str, Any], name: str) -> str:
    return str(given.get(name, "")).replace("\r\n", "\n").strip()
