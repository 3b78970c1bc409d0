"""A series that is watched, an alarm about it, a campaign; names as in `mappings/growth`."""

from datetime import date, datetime

import xxhash
from msgspec import Struct, field

PROPOSAL = "предложение"
"""Tag of messages that complain of nothing: more of them is no worsening."""


class Series(Struct, frozen=True, omit_defaults=True):
    """Messages counted by day: of a theme in a municipality or a settlement, or of a problem.

    A problem lies in one theme and one place, so the problem alone is its narrowest series.
    """

    theme: str | None = None
    municipality: str | None = None
    settlement: str | None = None
    problem: str | None = None

    @property
    def id(self) -> str:
        parts = (self.theme, self.municipality, self.settlement, self.problem)
        return xxhash.xxh3_64_hexdigest("\x1f".join(one or "" for one in parts).encode())

    @property
    def wider(self) -> "Series | None":
        """The municipality of a settlement."""
        return Series(self.theme, self.municipality) if self.settlement else None


class Dismissal(Struct, frozen=True):
    """«Это не рост», by whom and of how many."""

    by: str
    at: datetime
    seen: int


class Alarm(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One series from the day its growth began. Counted over all cases: what a person is shown is
    counted anew over those the person sees.
    """

    id: str
    rev: int = 1
    series: Series
    about: Series | None = None
    """Theme and place of a problem's newest messages: its series bears its id alone."""
    began: date
    ended: date | None = None
    """Also the day on which somebody said that it is no growth."""
    day: date
    """The last one that was judged."""
    seen: int
    """Messages of three days, copies and campaigns left out, one author once a day."""
    expected: float
    authors: int
    dismissed: Dismissal | None = None
    told_at: datetime | None = None
    """When the people it concerns got their notices, or it was found to be no news."""

    @property
    def growing(self) -> bool:
        return self.ended is None


class Campaign(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One text about many places, or several that are nearly one."""

    norm_hash: str
    """Of the text it was found by: its name for ever, whichever texts join it."""
    texts: list[str] = field(default_factory=list)
    """Hashes of the others."""
    count: int
    places: int
    authors: int
    first: date
    last: date

    @property
    def hashes(self) -> list[str]:
        return [self.norm_hash, *self.texts]


def alarm_id(series: Series, began: date, dismissed: int = 0) -> str:
    """The same whenever the same growth is found again. `dismissed`: how often people said of the
    series that it does not grow; what grows beyond that is an alarm of its own.
    """
    return f"{series.id}-{began:%Y%m%d}" + (f"-{dismissed}" if dismissed else "")
