"""One line of the journal: who did what, when, with which object, from where, and whether it was
let through. No field can hold a text, a name, a phone or a word that was searched for.
"""

import re
from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct, field
from ulid import ULID

from app.origin import current_origin

_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,127}")
_WHO = re.compile(r"[\w.@-]{1,64}")
_NUMBER = re.compile(r"\d{2}-\d{1,12}(/\d{1,3})?")


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"


class ObjectKind(StrEnum):
    CASE = "case"
    EXPORT = "export"
    IMPORT = "import"
    ATTACHMENT = "attachment"
    ACCOUNT = "account"
    TOKEN = "token"  # noqa: S105 - a kind of object
    SESSION = "session"
    BOOK = "book"
    AUDIT = "audit"
    OTHER = "other"


class AuditEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened. Raises `ValueError` where a field holds what it must not."""

    id: str = field(default_factory=lambda: str(ULID()))
    """Of the document: the same event written twice is one line."""
    at: datetime
    what: str
    """A stable code: «case.taken», «account.signed_in»; its words stand in `app.audit.words`."""
    outcome: Outcome
    code: str | None = None
    """Why it was refused: the code of the error."""
    who: str | None = None
    """A login, or «import» and the like for what the machine does; None for a stranger."""
    for_whom: str | None = None
    """Login of the person whom `who` stood in for."""
    kind: ObjectKind | None = None
    object_id: str | None = None
    number: str | None = None
    """Of the case, as people know it."""
    changed: list[str] = field(default_factory=list)
    """Names of fields, never their values."""
    reason: str | None = None
    """A code out of a list; what was typed as a reason stays in the case."""
    address: str | None = None
    agent: str | None = None
    request_id: str | None = None
    token: str | None = None
    """Name of the API token."""
    method: str | None = None
    route: str | None = None
    """The address of a refused request as the program declares it, without what was in it."""
    count: int | None = None
    """Rows of a file, cases found, refusals counted together."""
    counts: dict[str, int] = field(default_factory=dict)
    """Of an import: created, updated, unchanged, rejected."""
    name_hash: str | None = None
    """Of the citizen's name that was searched for: equal names have equal hashes, no more."""

    def __post_init__(self) -> None:
        codes = (self.what, self.code, self.reason, *self.changed)
        plain = all(as_code(code) == code for code in codes)
        if not plain or as_id(self.object_id) != self.object_id or as_id(self.id) != self.id:
            raise ValueError(f"{self.what}: the journal takes codes and ids only")
        if as_login(self.who) != self.who or as_number(self.number) != self.number:
            raise ValueError(f"{self.what}: the journal takes logins and numbers only")


def as_code(given: str | None) -> str | None:
    """`given` where it can be a code or the name of a field, else None."""
    return given if given and _CODE.fullmatch(given) else None


def as_id(given: str | None) -> str | None:
    return given if given and _ID.fullmatch(given) else None


def as_login(given: str | None) -> str | None:
    return given if given and _WHO.fullmatch(given) else None


def as_number(given: str | None) -> str | None:
    return given if given and _NUMBER.fullmatch(given) else None


def happened(
    what: str,
    *,
    who: str | None = None,
    outcome: Outcome = Outcome.DONE,
    at: datetime | None = None,
    **fields: object,
) -> AuditEvent:
    """An event of this moment (or `at`), coming from the request that is being answered."""
    origin = current_origin()
    known: dict[str, object] = {}
    if origin:
        known = {
            "address": origin.address,
            "agent": origin.agent,
            "request_id": origin.request_id,
            "token": origin.token,
        }
    moment = at or datetime.now(UTC)
    values = {**known, **fields}
    return AuditEvent(what=what, who=who, outcome=outcome, at=moment, **values)  # type: ignore[arg-type]
