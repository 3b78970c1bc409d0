"""Forms of duplicates: a verdict, and where to go on after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.duplicates.models import Verdict
from app.duplicates.params import ReviewParams, parse_review
from app.errors import BadInputError

_LONGEST = 512


@dataclass(frozen=True)
class Whence:
    """The page a form was sent from: a case's panel, or the review queue as it was narrowed."""

    panel: str = ""
    """Id of the case."""
    review: ReviewParams = field(default_factory=ReviewParams)


def read_whence(raw: Mapping[str, Any]) -> Whence:
    """What cannot be read leads to the queue as it opens."""
    panel = str(raw.get("panel") or "")
    query = urlsplit(str(raw.get("back") or "")).query
    try:
        review = parse_review(parse_qsl(query, keep_blank_values=True))
    except BadInputError:
        review = ReviewParams()
    return Whence(panel if len(panel) <= _LONGEST else "", review)


def read_verdict(raw: Mapping[str, Any]) -> Verdict:
    """Raises `BadInputError`."""
    given = raw.get("verdict")
    if given not in set(Verdict):
        raise BadInputError("Ответьте «да», «нет» или «не знаю».", field="verdict")
    return Verdict(given)
