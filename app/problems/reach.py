"""Where and when messages are, so that what they may join is read once: pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

AHEAD = timedelta(days=30)
"""How far beyond its last message a batch is read for: a stream in its order then asks for a street
once in so many days, and an archive never for all that came after it.
"""


class By(StrEnum):
    """What leads from a message to what it may join."""

    STREET = "street"
    THEME = "theme"
    """To those that name no street."""
    LOST_THEME = "lost_theme"
    """Of a message that names no street: to all of the theme."""


Way = tuple[By, str | None, str]
"""`By`, the municipality, the street or the theme."""


class Span(Struct, frozen=True):
    first: datetime
    last: datetime

    def holds(self, other: "Span") -> bool:
        return self.first <= other.first and other.last <= self.last

    def joined(self, newer: "Span") -> "Span":
        """The newer one alone where there is a gap: nothing is known of what lies in it."""
        if newer.first > self.last or self.first > newer.last:
            return newer
        return Span(min(self.first, newer.first), max(self.last, newer.last))


class Reach(Struct, frozen=True):
    """Of one batch: what its messages may join lies on these ways and within this time."""

    ways: frozenset[Way]
    span: Span
    """Of the messages themselves."""
    window: timedelta
    """The longest one."""

    @property
    def municipalities(self) -> set[str | None]:
        return {municipality for _, municipality, _ in self.ways}

    def names(self, by: By) -> list[str]:
        return sorted({name for kind, _, name in self.ways if kind is by})

    @property
    def since(self) -> str:
        """Nothing that ended before it is open to any of the messages."""
        return (self.span.first - self.window).isoformat()

    @property
    def until(self) -> str:
        """Nothing that began after it is, nor to those of the days `AHEAD`."""
        return (self.span.last + AHEAD + self.window).isoformat()


class Covered:
    """What was read by now, way by way: two towns that have a street of one name are two ways."""

    def __init__(self) -> None:
        self._spans: dict[Way, Span] = {}

    def lacks(self, reach: Reach) -> Reach | None:
        """What of `reach` is still to be read."""
        missing = frozenset(way for way in reach.ways if not self._holds(way, reach.span))
        return Reach(missing, reach.span, reach.window) if missing else None

    def add(self, reach: Reach) -> None:
        read = Span(reach.span.first, reach.span.last + AHEAD)
        for way in reach.ways:
            before = self._spans.get(way)
            self._spans[way] = before.joined(read) if before else read

    def _holds(self, way: Way, span: Span) -> bool:
        known = self._spans.get(way)
        return known is not None and known.holds(span)


def ways_of(municipality: str | None, street: str | None, theme: str | None) -> list[Way]:
    ways: list[Way] = []
    if street:
        ways.append((By.STREET, municipality, street))
    if theme:
        ways.append((By.THEME if street else By.LOST_THEME, municipality, theme))
    return ways


def reach_of(ways: Iterable[Way], moments: Iterable[datetime], window: timedelta) -> Reach:
    """`moments`: of the messages, at least one."""
    told = sorted(moments)
    return Reach(frozenset(ways), Span(told[0], told[-1]), window)
