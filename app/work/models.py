"""What a person keeps on «Моя работа» for the own use (рабочий стол): lists and the last visit."""

from datetime import datetime

from msgspec import Struct, field


class View(Struct, frozen=True):
    """A queue with its filters under a name (свой список)."""

    slug: str
    name: str
    pairs: list[tuple[str, str]]
    """Of the address, without the page."""


class Desk(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One document a person, so that order, default and number of the views change at once."""

    login: str
    views: list[View] = field(default_factory=list)
    """In the person's order."""
    default: str | None = None
    """Slug of the view that opens first; None for the queue «Мои»."""
    seen_at: datetime | None = None
    """When the person last looked."""
    before_at: datetime | None = None
    """When the visit before this one ended: what came since is marked new."""
