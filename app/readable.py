"""What can be read of an address of which a part is refused: to show the rest of it again."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from app.errors import BadInputError

Pair = tuple[str, str]
T = TypeVar("T")


def readable(parse: Callable[[Iterable[Pair]], T], pairs: Iterable[Pair]) -> T:
    """As `parse` reads `pairs` without the fields that it refuses.

    Raises `BadInputError` where it refuses what was not given.
    """
    left = list(pairs)
    while True:
        try:
            return parse(left)
        except BadInputError as error:
            kept = [pair for pair in left if pair[0] != error.field]
            if len(kept) == len(left):
                raise
            left = kept
