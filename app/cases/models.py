"""The case: one document with the message, the work on it and its short history.

Field names are those of `mappings/cases`. Moments are ISO 8601 in UTC once written; in memory
they are aware datetimes. Fields a machine derives (`lemmas`, `norm_hash`, `lsh`, `emb`) are set
by `indexers` and never by hand.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from app.cases.codes import (
    AnswerKind,
    AnswerState,
    Basis,
    Channel,
    Importance,
    Kind,
    LinkKind,
    RequestState,
    State,
)
from app.deadlines.models import Stage
from app.origin import Origin


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
    """A name as the source wrote it; who works here stands in `assignee`."""
    assignee: str | None = None
    """Login of the person who holds the case."""
    assigned_by: str | None = None
    approver: str | None = None
    """Login of whoever is asked to approve the answer."""
    asked: list[str] = field(default_factory=list)
    """Departments with an open request: they see the case until they have replied."""
    asked_due_at: datetime | None = None
    """The earliest moment by which one of them has to reply."""
    return_reason: str | None = None
    assigned_at: datetime | None = None
    taken_at: datetime | None = None
    first_answer_at: datetime | None = None
    returned: int | None = None
    reworked: int | None = None


class Answer(Struct, frozen=True, omit_defaults=True):
    id: str
    text: str
    kind: AnswerKind = AnswerKind.FINAL
    state: AnswerState = AnswerState.SENT
    at: datetime | None = None
    by: str | None = None
    written_at: datetime | None = None
    approved_by: str | None = None
    decided_at: datetime | None = None
    promised_at: datetime | None = None
    question: str | None = None
    """Id of the question it answers; None for the whole case."""


class Rating(Struct, frozen=True, omit_defaults=True):
    """The author's mark of the answer, 1 to 5."""

    mark: int
    at: datetime | None = None
    comment: str | None = None


class Request(Struct, frozen=True, omit_defaults=True):
    """A question of one department to another about a case, with a deadline of its own."""

    id: str
    department: str
    text: str
    asked_by: str
    asked_at: datetime
    state: RequestState = RequestState.OPEN
    due_at: datetime | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


class Forwarding(Struct, frozen=True, omit_defaults=True):
    """To a body outside (59-ФЗ art. 8: within 7 days of registration, copies where several)."""

    to: str
    at: datetime
    by: str
    reason: str
    copies: list[str] = field(default_factory=list)
    due_at: datetime | None = None


class Extension(Struct, frozen=True, omit_defaults=True):
    """Of consideration, once and by 30 days at most; the author is told (59-ФЗ art. 12)."""

    until: datetime
    was: datetime
    at: datetime
    by: str
    reason: str
    notified_at: datetime


class StageDeadline(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """By when one stage of the work has to be over, and what that was worked out from."""

    stage: Stage
    started_at: datetime
    due_at: datetime
    basis: Basis
    profile: str | None = None
    calendar: str | None = None
    done_at: datetime | None = None
    """None: not over yet, or nobody knows when (a table of closed cases without dates)."""
    paused: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    """From and until; until is None while the clock stands still."""


class Question(Struct, frozen=True, omit_defaults=True):
    """One of several questions of an appeal: its own code, executor and result."""

    id: str
    text: str
    state: State = State.NEW
    appeal_code: str | None = None
    department: str | None = None
    executor: str | None = None
    """Login of the person who works on it."""
    result: str | None = None
    answer: str | None = None
    closed_at: datetime | None = None


class Attachment(Struct, frozen=True, omit_defaults=True):
    """A file of a case; its octets lie in the data folder under their own hash."""

    id: str
    sha256: str
    name: str
    media_type: str
    size: int
    at: datetime
    by: str


class Note(Struct, frozen=True, omit_defaults=True):
    """For colleagues only; never sent to the author."""

    id: str
    at: datetime
    by: str
    text: str


class Link(Struct, frozen=True, omit_defaults=True):
    kind: LinkKind
    case_id: str
    number: str
    at: datetime
    by: str


class Duplicate(Struct, frozen=True, omit_defaults=True):
    """Whose duplicate the case is: what a person said (`of`) and what follows from it (`root`).

    `of` is changed by people only. `root` is the main case of the whole group, derived from
    everybody's `of` (`app.duplicates.groups`): also where the case it is a duplicate of became one.
    """

    of: str | None = None
    """Id of the case a person named."""
    of_number: str | None = None
    kind: str | None = None
    score: float | None = None
    why: list[str] = field(default_factory=list)
    at: datetime | None = None
    by: str | None = None
    root: str | None = None
    """Id of the main case; None for the main case itself and where there is no group."""
    unsettled: bool = False
    """True from a change of `of` until every `root` of the group follows it."""


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
    to: str | None = None
    """To whom or where: a login, a department, a body, a state."""
    reason: str | None = None
    key: str | None = None
    """Random key of the form or call: the same key by the same person again does nothing."""
    undoes: int | None = None
    """Sequence of the event that this one took back."""
    kept: dict[str, Any] = field(default_factory=dict)
    """Values an import brought where people had changed the field: theirs stayed."""
    for_whom: str | None = None
    """Login of the person whom `by` stands in for (замещение)."""
    stage: Stage | None = None
    """The stage a reminder speaks of, and by when it had to be over."""
    due_at: datetime | None = None
    notify: list[str] = field(default_factory=list)
    """Logins whom a notice of it is made for: people who might see the case at that moment."""
    origin: Origin | None = None
    """Of the request: `app.origin.current_origin()`; for the journal, never shown in a story."""


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
    """Grows only with what people have to know before they act; starts with 1."""
    enriched_version: int
    """By which version of the enrichment; 0 where it is still to be done."""
    audit_seq: int
    """Sequence of the last history event that stands in the audit."""
    audit_due: bool = False
    """True where the history goes on after `audit_seq`: set by every write that adds an event,
    taken back only by the projection. The engine cannot compare two fields of one document."""
    notices_due: bool = False
    """True where an event after `notice_seq` names people; taken back only by their projection."""
    title: str | None = None
    importance: Importance | None = None
    registered_at: datetime | None = None
    closed_at: datetime | None = None
    deadline_at: datetime | None = None
    """Of the stage that is due to the author: what lists are sorted by."""
    deadlines: list[StageDeadline] = field(default_factory=list)
    promised_at: datetime | None = None
    """The day promised in an interim answer, until a final answer is sent."""
    alert_at: datetime | None = None
    """When the chase has to look at this case next; None where nothing is to be reminded of."""
    alerted: list[str] = field(default_factory=list)
    """Keys of reminders that were given: none of them is given again."""
    notice_seq: int = 0
    """Sequence of the last event that notices were made of."""
    result: str | None = None
    tags: list[str] = field(default_factory=list)
    author: Author = field(default_factory=Author)
    place: Place = field(default_factory=Place)
    classifier: Classifier = field(default_factory=Classifier)
    workflow: Workflow = field(default_factory=Workflow)
    answers: list[Answer] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    forwarded: Forwarding | None = None
    extension: Extension | None = None
    deadline_profile: str | None = None
    """Code of the deadline profile, where people chose one."""
    attachments: list[Attachment] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    created_by: str | None = None
    """Login, or name of the token, that entered it; None where it was imported."""
    rating: Rating | None = None
    history: list[Event] = field(default_factory=list)
    original: dict[str, Any] = field(default_factory=dict)
    """Cells of the source row by header, untouched."""
    duplicate: Duplicate | None = None
    danger: list[str] = field(default_factory=list)
    """Codes of the words of danger found in the text."""
    lemmas: str | None = None
    norm_hash: str | None = None
    lsh: list[str] = field(default_factory=list)
    """Signature of the text: two messages that share one of them may be copies."""
    numbers: list[str] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    """Numbers of earlier messages that the text names."""
