"""What the forms of causes send, checked."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from app.causes.models import CauseStatus, Evidence
from app.causes.service import CauseDraft
from app.errors import BadInputError
from app.web.fields import text

LONGEST_STATEMENT = 500
LONGEST_TEXT = 4_000
LONGEST_NAME = 200
MOST_LINES = 20
LONGEST_REV = 9

Given = Mapping[str, object]


def read_cause(given: Given) -> CauseDraft:
    """Raises `BadInputError` with the field."""
    statement = text(given, "statement", LONGEST_STATEMENT)
    if not statement:
        raise BadInputError("Напишите, в чём причина.", field="statement")
    status = str(given.get("status") or CauseStatus.PRESUMED)
    if status not in set(CauseStatus):
        raise BadInputError("Такого состояния причины нет.", field="status")
    return CauseDraft(
        statement=statement,
        status=CauseStatus(status),
        department=text(given, "department", LONGEST_NAME) or None,
        municipality=text(given, "municipality", LONGEST_NAME) or None,
        settlement=text(given, "settlement", LONGEST_NAME) or None,
    )


def read_evidence(given: Given, by: str) -> Evidence:
    """Raises `BadInputError` where there are no words, or an address is none."""
    words = text(given, "evidence", LONGEST_TEXT)
    if not words:
        raise BadInputError(
            "Напишите, что говорит за эту причину или против неё.", field="evidence"
        )
    links = _lines(given, "links")
    if any(not _is_address(one) for one in links):
        raise BadInputError(
            "Ссылка начинается с https:// или http://. По одной в строке.", field="links"
        )
    return Evidence(words, datetime.now(UTC), by, _lines(given, "cases"), links)


def maybe_evidence(given: Given, by: str) -> Evidence | None:
    return read_evidence(given, by) if text(given, "evidence", LONGEST_TEXT) else None


def read_rev(given: Given) -> int:
    rev = str(given.get("rev", ""))
    if not rev.isdecimal() or len(rev) > LONGEST_REV:
        raise BadInputError("Откройте причину заново: форма устарела.", field="rev")
    return int(rev)


def _lines(given: Given, name: str) -> list[str]:
    lines = [line.strip() for line in text(given, name, LONGEST_TEXT).splitlines()]
    found = list(dict.fromkeys(line for line in lines if line))
    if len(found) > MOST_LINES:
        raise BadInputError(f"Помещается {MOST_LINES} строк.", field=name)
    return found


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
