"""What a profile is: headers it knows and a rule that turns its cells into ours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from app.intake.tables import Cell

Record = dict[str, Cell]
"""Field → cell; fields whose column is absent are absent."""


@dataclass
class UnknownValues:
    """Values no rule knows, counted so that a person can see and teach them."""

    seen: dict[str, dict[str, int]] = field(default_factory=dict)

    _MOST = 50
    """Different values kept a field: more means the column was matched wrongly anyway."""

    def add(self, name: str, value: str) -> None:
        counts = self.seen.setdefault(name, {})
        if value in counts or len(counts) < self._MOST:
            counts[value[:100]] = counts.get(value[:100], 0) + 1


Code = TypeVar("Code", bound=StrEnum)


def by_part(value: str, parts: Sequence[tuple[str, Code]]) -> Code | None:
    """The code of the first part that stands in `value`, whatever its case."""
    folded = value.casefold()
    return next((code for part, code in parts if part in folded), None)


@dataclass(frozen=True)
class Profile:
    """`accepted`: field → header texts, best first; a field of ours or of `prepare` alone.

    `prepare` sees the record of one row and returns one with our codes and fields; values it does
    not know go to the counter and never stop the row.
    """

    code: str
    title: str
    system: str
    accepted: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    prepare: Callable[[Record, UnknownValues], Record]
    identified: bool = False
    """Whether a row without `external_id` is rejected: the source always has one."""
