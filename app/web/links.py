"""Ways to show a list, side by side: one of them is chosen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    selected: bool
    count: int | None = None
    """Rows of the list it leads to; None where they are not told."""
