"""Changes of the books → the journal, each once, whatever dies in between."""

import msgspec
import structlog

from app.audit.models import AuditEvent, ObjectKind, Outcome, as_code, as_id, as_login
from app.audit.service import record
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError
from app.reference.repository import DOCUMENT
from app.reference.rules import BookEvent

log = structlog.get_logger()


class _Told(msgspec.Struct):
    """What of the book's document the journal needs."""

    history: list[BookEvent] = msgspec.field(default_factory=list)
    audit_seq: int = 0
    rev: int = 0


BOOKS = {
    Index.DEPARTMENTS: "book",
    Index.DEADLINES: "deadlines",
    Index.MODELS: "suggestions",
    Index.FRICTION: "tone",
    Index.PLACES: "places",
}
"""Books whose only document is `DOCUMENT`, and what the ids of their lines begin with."""


def event_of(event: BookEvent, kind: str) -> AuditEvent:
    """The names of what changed stay in the book: its history shows them."""
    return AuditEvent(
        id=f"{kind}:{event.seq}",
        at=event.at,
        what=f"book.{event.what}",
        outcome=Outcome.DONE,
        who=as_login(event.by),
        kind=ObjectKind.BOOK,
        object_id=as_id(event.code),
        changed=[name for name in event.changed if as_code(name)],
    )


async def project_books(engine: Engine) -> int:
    """Writes the lines the journal lacks of every book; returns how many."""
    return sum([await project_book(engine, index) for index in BOOKS])


async def project_book(engine: Engine, index: Index = Index.DEPARTMENTS) -> int:
    """Safe to run any number of times and in parallel: an event has one id. Where the book is
    being changed at this moment, the next run says how far the journal has come.
    """
    read = await engine.get(index, DOCUMENT)
    if read is None:
        return 0
    told = msgspec.convert(read.source, _Told)
    due = [event for event in told.history if event.seq > told.audit_seq]
    for event in due:
        await record(engine, event_of(event, BOOKS[index]))
    if not due:
        return 0
    document = {**read.source, "audit_seq": due[-1].seq, "rev": told.rev + 1}
    try:
        await writer.replace(engine, read, document)
    except ConflictError:
        log.info("book_changed_meanwhile", book=index, events=len(due))
    return len(due)
