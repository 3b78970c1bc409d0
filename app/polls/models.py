"""Results of a vote or a public discussion, and what was published for whom."""

from datetime import date, datetime

import xxhash
from msgspec import Struct, field

POLL, PUBLICATION = "poll", "publication"


class Option(Struct, frozen=True):
    name: str
    votes: int


class Poll(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Public figures: whoever sees problems sees them."""

    id: str
    rev: int = 1
    kind: str = POLL
    title: str
    question: str
    options: list[Option] = field(default_factory=list)
    theme: str | None = None
    territory: str | None = None
    held_from: date | None = None
    held_to: date | None = None
    url: str | None = None
    problem_ids: list[str] = field(default_factory=list)
    created_at: datetime
    created_by: str
    updated_at: datetime | None = None
    updated_by: str | None = None
    removed: bool = False
    """Hidden; kept so that a table that is loaded again finds it."""

    @property
    def votes(self) -> int:
        return sum(one.votes for one in self.options)


class Publication(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What was told to the people of some places: where and when."""

    id: str
    rev: int = 1
    kind: str = PUBLICATION
    theme: str | None = None
    problem: str | None = None
    on: date
    where: str
    text: str = ""
    created_at: datetime
    created_by: str
    removed: bool = False


def poll_id(title: str, question: str, territory: str | None, held_from: date | None) -> str:
    """The same for the same vote, however often it is loaded or entered."""
    parts = (title, question, territory or "", held_from.isoformat() if held_from else "")
    key = "\x1f".join(" ".join(part.casefold().split()) for part in parts)
    return xxhash.xxh3_128_hexdigest(key.encode())
