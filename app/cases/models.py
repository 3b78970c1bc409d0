"""The case: one document with the message, the work on it and its short history.

Field names are those of `mappings/cases`. Moments are ISO 8601 in UTC once written; in memory
they are aware datetimes. Fields a machine derives (`lemmas`, `norm_hash`, `lsh`, `emb`) are set
by `indexers` and never by hand.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from app.cases.codes import AnswerKind, Channel, Kind, State


class Source(Struct, frozen=True, omit_defaults=True):
    """Where the message came from; `system` + `external_id` make the identity of an import."""

    system: str
    external_id: str | None = None
    external_number: str | None = None
    url: str | None = None
    profile: str | None = None
    import_id: str | None = None
    """The import that wrote last, and its row."""
    row: int | None = None
    imports: list[str] = field(default_factory=list)
    """`<import id>:created` and `<import id>:updated`, one for each import that wrote."""
    fingerprint: str | None = None
    """Hash of what was read from the source: equal means the row did not change."""


class Author(Struct, frozen=True, omit_defaults=True):
    """Personal data: never in logs, masked on pages."""

    key: str | None = None
    """Hash of the surest identifier (account, phone, e-mail, name with address): counts distinct
    authors without reading who they are."""
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    account: str | None = None


class Point(Struct, frozen=True):
    lat: float
    lon: float


class Place(Struct, frozen=True, omit_defaults=True):
    municipality: str | None = None
    settlement: str | None = None
    district: str | None = None
    street: str | None = None
    """Without its type and in dictionary form: «Ленина»; the type stands in `street_type`."""
    street_type: str | None = None
    house: str | None = None
    given: str | None = None
    """The address as it was written, where it was one string."""
    point: Point | None = None


class Classifier(Struct, frozen=True, omit_defaults=True):
    """Three classifiers side by side; none is derived from another."""

    im_group: str | None = None
    im_theme: str | None = None
    appeal_code: str | None = None
    """59-ФЗ classifier, `РРРР.ТТТТ.ТТТТ.ВВВВ[.ПППП]`."""
    pos_category: str | None = None
    pos_subcategory: str | None = None


class Workflow(Struct, frozen=True, omit_defaults=True):
    step: str | None = None
    """The step's name in the system the case came from, as it was."""
    department: str | None = None
    sector: str | None = None
    executor: str | None = None
    assigned_at: datetime | None = None
    taken_at: datetime | None = None
    first_answer_at: datetime | None = None
    returned: int | None = None
    reworked: int | None = None


class Answer(Struct, frozen=True, omit_defaults=True):
    id: str
    text: str
    kind: AnswerKind = AnswerKind.FINAL
    at: datetime | None = None
    by: str | None = None
    promised_at: datetime | None = None


class Rating(Struct, frozen=True, omit_defaults=True):
    """The author's mark of the answer, 1 to 5."""

    mark: int
    at: datetime | None = None
    comment: str | None = None


class Event(Struct, frozen=True, omit_defaults=True):
    """One line of the history; written in the same write as the change it tells of."""

    seq: int
    at: datetime
    what: str
    by: str
    import_id: str | None = None
    row: int | None = None
    changed: list[str] = field(default_factory=list)
    """Names of the fields that changed."""
    before: dict[str, Any] = field(default_factory=dict)
    """Their values before, for those that changed."""


class Case(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A message or an appeal and all the work on it."""

    id: str
    number: str
    kind: Kind
    channel: Channel
    state: State
    received_at: datetime
    text: str
    source: Source
    created_at: datetime
    updated_at: datetime
    rev: int
    """Grows with each write by man or machine; starts with 1."""
    version: int
    """Grows only with what people see; starts with 1."""
    enriched_version: int
    """By which version of the enrichment; 0 where it is still to be done."""
    audit_seq: int
    """Sequence of the last history event that stands in the audit."""
    title: str | None = None
    importance: str | None = None
    registered_at: datetime | None = None
    closed_at: datetime | None = None
    deadline_at: datetime | None = None
    result: str | None = None
    tags: list[str] = field(default_factory=list)
    author: Author = field(default_factory=Author)
    place: Place = field(default_factory=Place)
    classifier: Classifier = field(default_factory=Classifier)
    workflow: Workflow = field(default_factory=Workflow)
    answers: list[Answer] = field(default_factory=list)
    rating: Rating | None = None
    history: list[Event] = field(default_factory=list)
    original: dict[str, Any] = field(default_factory=dict)
    """Cells of the source row by header, untouched."""
    lemmas: str | None = None
    norm_hash: str | None = None
    numbers: list[str] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    """Numbers of earlier messages that the text names."""
