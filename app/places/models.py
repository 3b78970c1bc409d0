"""Places of the book and the document that names those in use; names as in `mappings/places`."""

from datetime import datetime

from msgspec import Struct, field

from app.reference.rules import BookEvent
from app.text.words import fold

DOCUMENT = "book"
"""Its id: the journal reads the history of every book under this one."""


class KnownPlace(Struct, frozen=True, array_like=True):
    """A house with its point; without a house the middle of its street."""

    municipality: str | None
    settlement: str | None
    district: str | None
    street_type: str | None
    street: str
    """Without its type and in dictionary form, as `place.street` has it."""
    house: str | None
    lat: float
    lon: float

    @property
    def key(self) -> tuple[str | None, str | None, str | None, str, str]:
        """Of two places with one key only the later stays."""
        house = fold(self.house or "")
        return self.municipality, self.settlement, self.street_type, self.street_key, house

    @property
    def street_key(self) -> str:
        """As `spot.street` has it."""
        return " ".join(fold(self.street).split())


class Kept(Struct, frozen=True, omit_defaults=True):
    """One state of the whole book, written once and never changed."""

    generation: str
    parts: int
    """Documents its places lie in."""
    places: int
    streets: int


class PlacesBook(Struct, omit_defaults=True):
    """The document everything begins with: another state comes into use by one write of it."""

    current: Kept | None = None
    previous: Kept | None = None
    """What was in use before, to go back to."""
    changed: list[str] = field(default_factory=list)
    """Streets whose cases have to be looked at again; none named with `changed_at`: all."""
    changed_at: datetime | None = None
    history: list[BookEvent] = field(default_factory=list)
    """The oldest first."""
    rev: int = 0
    audit_seq: int = 0
    updated_at: datetime | None = None

    @property
    def version(self) -> int:
        return self.history[-1].seq if self.history else 0


class Loaded(Struct, frozen=True):
    """What a table did to the book, in places."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
