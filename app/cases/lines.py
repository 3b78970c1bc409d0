"""A case on one line of a list: its words and its place."""

from typing import Any

_LINE = 220
"""Characters of a text that a row shows."""


def first_line(title: str | None, text: str) -> str:
    """The title and as much of the text as a row holds, on one line."""
    said = " ".join(text[: _LINE * 4].split())
    head = " ".join((title or "").split()).rstrip(".")
    line = f"{head}. {said}" if head else said
    return line if len(line) <= _LINE else f"{line[:_LINE].rsplit(' ', 1)[0]}…"


def place_line(place: dict[str, Any]) -> str | None:
    """As given, else put together: «ул. Ленина, 35а»."""
    if given := place.get("given"):
        return str(given)
    street = " ".join(filter(None, [place.get("street_type"), place.get("street")]))
    return ", ".join(filter(None, [street, place.get("house")])) or place.get("settlement")
