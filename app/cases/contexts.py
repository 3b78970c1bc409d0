"""What a program may see of a case: the author masked, nothing of the machine's."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec import Struct

from app.cases.actions.apply import refusal_of
from app.cases.actions.mention import spelled
from app.cases.actions.table import RULES
from app.cases.codes import SYSTEM_NAMES, AnswerKind, AnswerState
from app.cases.models import (
    Answer,
    Attachment,
    Author,
    Case,
    Classifier,
    Event,
    Extension,
    Forwarding,
    Link,
    Note,
    Place,
    Question,
    Rating,
    Request,
    Workflow,
)
from app.cases.permissions import may_do
from app.permissions import Permission
from app.text.mask import mask_contacts, mask_email, mask_name, mask_phone
from app.viewer import Viewer


class MaskedAuthor(Struct, frozen=True, omit_defaults=True):
    name: str | None = None
    phone: str | None = None
    email: str | None = None


class SourceView(Struct, frozen=True, omit_defaults=True):
    system: str
    external_id: str | None = None
    external_number: str | None = None
    url: str | None = None


class AnswerView(Struct, frozen=True):
    id: str
    kind: AnswerKind
    state: AnswerState
    text: str
    at: datetime | None
    by: str | None
    promised_at: datetime | None


class HistoryLine(Struct, frozen=True, omit_defaults=True):
    seq: int
    at: datetime
    what: str
    by: str
    changed: list[str] = msgspec.field(default_factory=list)
    to: str | None = None
    reason: str | None = None


class FieldInfo(Struct, frozen=True, omit_defaults=True):
    name: str
    kind: str
    required: bool
    choices: list[str] = msgspec.field(default_factory=list)


class ActionInfo(Struct, frozen=True, omit_defaults=True):
    """One action: allowed now, or why not; what it asks for."""

    name: str
    title: str
    allowed: bool
    why_not: str | None = None
    fields: list[FieldInfo] = msgspec.field(default_factory=list)


class DuplicateView(Struct, frozen=True, omit_defaults=True):
    """Whose duplicate the case is, and the main case of its group (`root`)."""

    of: str | None = None
    of_number: str | None = None
    root: str | None = None
    kind: str | None = None
    why: list[str] = msgspec.field(default_factory=list)
    at: datetime | None = None
    by: str | None = None


class CaseView(Struct, frozen=True, kw_only=True):
    """A case as its viewer may see it; moments are in UTC."""

    id: str
    number: str
    kind: str
    channel: str
    state: str
    importance: str | None
    received_at: datetime
    registered_at: datetime | None
    deadline_at: datetime | None
    closed_at: datetime | None
    title: str | None
    text: str
    result: str | None
    tags: list[str]
    author: MaskedAuthor
    source: SourceView
    place: Place
    classifier: Classifier
    workflow: Workflow
    answers: list[AnswerView]
    requests: list[Request]
    questions: list[Question]
    notes: list[Note]
    attachments: list[Attachment]
    links: list[Link]
    duplicate: DuplicateView | None
    forwarded: Forwarding | None
    extension: Extension | None
    rating: Rating | None
    history: list[HistoryLine]
    version: int
    actions: list[ActionInfo]
    revealed: Author | None = None
    """Only in the answer to the action `reveal`, and never kept."""


def masked_author(author: Author) -> MaskedAuthor:
    return MaskedAuthor(
        name=mask_name(author.name) if author.name else None,
        phone=mask_phone(author.phone) if author.phone else None,
        email=mask_email(author.email) if author.email else None,
    )


def seen_answers(case: Case, viewer: Viewer) -> list[Answer]:
    """What was not sent is for those who work on answers."""
    able = (Permission.CASE_ANSWER, Permission.CASE_APPROVE)
    works = any(may_do(viewer, permission, case) for permission in able)
    return [one for one in case.answers if works or one.state is AnswerState.SENT]


def seen_notes(case: Case, viewer: Viewer) -> list[Note]:
    """Notes are for those who may write them."""
    return case.notes if may_do(viewer, Permission.CASE_NOTE, case) else []


def case_view(
    case: Case,
    viewer: Viewer,
    called: Callable[[str], str],
    revealed: Author | None = None,
) -> CaseView:
    """Without phone, e-mail and address of the author, and without the cells of the source.

    `called` names a colleague by login, in the sentences of refusals.
    """
    same = (
        *("id", "number", "kind", "channel", "state", "importance", "received_at"),
        *("registered_at", "deadline_at", "closed_at", "title", "text", "result", "tags"),
        *("place", "classifier", "workflow", "requests", "questions", "attachments", "links"),
        *("forwarded", "extension", "rating", "version"),
    )
    source = case.source
    return CaseView(
        **{name: getattr(case, name) for name in same},
        author=masked_author(case.author),
        source=SourceView(
            SYSTEM_NAMES.get(source.system, source.system),
            source.external_id,
            source.external_number,
            source.url,
        ),
        answers=[_answer(answer) for answer in seen_answers(case, viewer)],
        notes=seen_notes(case, viewer),
        duplicate=_duplicate(case),
        history=[_line(event) for event in case.history],
        actions=actions_of(case, viewer, called),
        revealed=revealed,
    )


def actions_of(case: Case, viewer: Viewer, called: Callable[[str], str]) -> list[ActionInfo]:
    """All of the table, with the sentence of the refusal where it is one."""
    found = []
    for rule in RULES.values():
        refusal = refusal_of(case, rule, viewer)
        fields = [
            FieldInfo(one.name, one.kind, one.required, [value for value, _ in one.choices])
            for one in rule.fields
        ]
        why_not = spelled(refusal.message, called) if refusal else None
        found.append(ActionInfo(rule.name, rule.title, refusal is None, why_not, fields))
    return found


def _answer(one: Answer) -> AnswerView:
    return AnswerView(one.id, one.kind, one.state, one.text, one.at, one.by, one.promised_at)


def _duplicate(case: Case) -> DuplicateView | None:
    said = case.duplicate
    if said is None or not (said.of or said.root):
        return None
    return DuplicateView(said.of, said.of_number, said.root, said.kind, said.why, said.at, said.by)


def _line(event: Event) -> HistoryLine:
    """Without the values before: they may hold the author's data."""
    reason = mask_contacts(event.reason) if event.reason else None
    return HistoryLine(event.seq, event.at, event.what, event.by, event.changed, event.to, reason)
