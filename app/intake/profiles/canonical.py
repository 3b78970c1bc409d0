"""The canonical table: headers are our field names (documented for users' scripts)."""

from app.intake.fields import REQUIRED
from app.intake.profiles.base import Profile, Record, UnknownValues

CANONICAL_COLUMNS: tuple[str, ...] = (
    "external_id",
    "source",
    "channel",
    "kind",
    "received_at",
    "registered_at",
    "title",
    "text",
    "author_name",
    "author_phone",
    "author_email",
    "author_address",
    "municipality",
    "settlement",
    "street",
    "house",
    "lat",
    "lon",
    "group",
    "theme",
    "appeal_code",
    "department",
    "executor",
    "state",
    "due_at",
    "closed_at",
    "result",
    "answer",
    "answered_at",
    "answer2",
    "answered2_at",
    "rating",
    "tags",
    "url",
)


def _as_is(record: Record, unknown: UnknownValues) -> Record:  # noqa: ARG001
    return record


CANONICAL = Profile(
    code="canonical",
    title="Таблица Отклика",
    system="canonical",
    accepted={name: (name,) for name in CANONICAL_COLUMNS},
    required=REQUIRED,
    prepare=_as_is,
)
