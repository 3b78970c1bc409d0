"""What is asked about a message and what is answered: frozen types without rules."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field


class MatchKind(StrEnum):
    """How another case is related; the first five make a duplicate, the last two never do."""

    EXACT = "exact"
    """The same text but for case, links, punctuation."""
    EDITED = "edited"
    """The same text with some words changed."""
    QUOTE = "quote"
    """One of the two holds the other's text within its own."""
    SAME_PLACE = "same_place"
    """Other words about the same trouble: same place and theme, the earlier one still open."""
    CITES = "cites"
    """One names the other's number."""
    TEMPLATE_COPY = "template_copy"
    """The same text about another place or object: a campaign, a batch."""
    RECURRENCE = "recurrence"
    """The same trouble at the same place after the earlier one was closed."""


DUPLICATE_KINDS = frozenset(
    {
        MatchKind.EXACT,
        MatchKind.EDITED,
        MatchKind.QUOTE,
        MatchKind.SAME_PLACE,
        MatchKind.CITES,
    }
)

KIND_NAMES: dict[MatchKind, str] = {
    MatchKind.EXACT: "Точная копия",
    MatchKind.EDITED: "Тот же текст с правкой",
    MatchKind.QUOTE: "Цитата",
    MatchKind.SAME_PLACE: "То же место и тема",
    MatchKind.CITES: "Ссылается на номер",
    MatchKind.TEMPLATE_COPY: "Тот же текст о другом месте",
    MatchKind.RECURRENCE: "Повторилось после закрытия",
}

CLOSED_STATES = frozenset({"answered", "closed", "rejected", "forwarded"})
"""As `app.cases.codes.DONE_STATES`, which lies on a higher floor; a test holds them together."""


class LatLon(Struct, frozen=True):
    lat: float
    lon: float


class Spot(Struct, frozen=True):
    """Where a message speaks of, from its fields or else from its words; names as in the mapping.

    An empty one is a message that names no place.
    """

    street: str | None = None
    """Folded and without its type: «ленина»."""
    house: str | None = None
    """Normal form: «35а», «4/2»."""
    point: LatLon | None = None
    objects: list[str] = field(default_factory=list)
    """What the text tells apart, `kind:value`: «опора:12», «остановка:школьная», «подъезд:3»."""
    told: bool = False
    """The street stands in the text only, not in a field. Not kept in the index."""


class Subject(Struct, frozen=True, kw_only=True):
    """A message that others are looked for: stored already or still being typed."""

    text: str
    id: str | None = None
    """Its own case, which is never its own match."""
    number: str | None = None
    external_number: str | None = None
    title: str | None = None
    municipality: str | None = None
    settlement: str | None = None
    street: str | None = None
    """As `place.street` or as typed; where it is None, the text is asked."""
    house: str | None = None
    point: LatLon | None = None
    group: str | None = None
    theme: str | None = None
    source: str | None = None
    author_key: str | None = None
    received_at: datetime | None = None
    """None while it is being typed: now."""
    state: str | None = None
    closed_at: datetime | None = None


class Match(Struct, frozen=True, kw_only=True):
    """Another case and how it is related, with what a panel shows of it."""

    case_id: str
    number: str
    kind: MatchKind | None
    """None where it is alike by words, meaning or place, and no more is claimed."""
    score: float
    """0 to 1; comparable within one kind only."""
    why: list[str]
    """Russian reasons, ready to show, the strongest first."""
    state: str
    received_at: datetime
    beginning: str
    """The title and the first words of the text, on one line."""
    doubt: float = 0.0
    """0: sure, whichever way; 1: it lies on the threshold."""
    suspected: MatchKind | None = None
    """What it would be, where `kind` is None only because the rules are not sure enough."""
    external_number: str | None = None
    external_id: str | None = None
    source: str | None = None
    channel: str | None = None
    closed_at: datetime | None = None
    municipality: str | None = None
    settlement: str | None = None
    street_type: str | None = None
    street: str | None = None
    house: str | None = None
    given: str | None = None
    """The address as it was written."""
    theme: str | None = None
    group: str | None = None
    department: str | None = None
    same_author: bool = False
    root: str | None = None
    """Id of the main case of its group, where it is somebody's duplicate itself."""
    through: str | None = None
    """Number of the duplicate that was named, where it led here, to its main case."""


class PastAnswer(Struct, frozen=True, kw_only=True):
    """A final answer that was sent to somebody who asked alike."""

    case_id: str
    number: str
    text: str
    """Contacts, flats and names of its addressee are masked."""
    score: float
    why: list[str]
    answered_at: datetime | None = None
    theme: str | None = None
    department: str | None = None
    times: int = 1
    """Cases among the candidates that were answered in these words."""


class Similar(Struct, frozen=True):
    """The whole panel. Each list begins with the surest."""

    duplicates: list[Match]
    similar: list[Match]
    """Alike and no duplicates: template copies, recurrences, near meanings."""
    answers: list[PastAnswer]
    by_words_only: bool
    """The model of meaning gave no vector: alike in other words may be missing."""
    partial: bool
    """The time was over before all was looked at."""
    took_ms: int


class OfferedPair(Struct, frozen=True, kw_only=True):
    """Two cases that a person should judge: the later one `a`, the earlier one `b`."""

    a_id: str
    b_id: str
    kind: MatchKind
    score: float
    doubt: float
    """1 on the threshold, 0 far from it: the queue is sorted by it."""
    why: list[str]
    theme: str | None
    at: datetime
