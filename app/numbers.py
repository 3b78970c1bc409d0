"""Whole numbers out of addresses and forms."""

from app.errors import BadInputError

LARGEST = 10**9 - 1
"""Of versions and counters: nine digits, as many as any field of the engine holds."""


def whole_number(text: str, most: int = LARGEST, *, least: int = 0) -> int | None:
    """From `least` to `most`, else None: also for what only looks like a digit («²», «٣»), and for
    thousands of digits, which `int` refuses by an exception.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if least <= number <= most else None


def shown_number(text: str) -> int:
    """What a form says it had shown: -1, which was never shown, where it is no number."""
    number = whole_number(text)
    return -1 if number is None else number


def chosen_number(text: str, field: str, most: int, told: str) -> int:
    """From 1 to `most`; anything else is refused with `told`."""
    number = whole_number(text, most, least=1)
    if number is None:
        raise BadInputError(told, field=field)
    return number
