"""Forms of findings: a verdict, and which list to go on with."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.errors import BadInputError
from app.friction.models import Verdict
from app.friction.params import FrictionParams, parse_friction


def read_back(raw: Mapping[str, Any]) -> FrictionParams:
    """What cannot be read leads to the list as it opens."""
    query = urlsplit(str(raw.get("back") or "")).query
    try:
        return parse_friction(parse_qsl(query, keep_blank_values=True))
    except BadInputError:
        return FrictionParams()


def read_verdict(raw: Mapping[str, Any]) -> Verdict:
    """Raises `BadInputError`."""
    given = raw.get("verdict")
    if given not in set(Verdict):
        raise BadInputError("Ответьте «да», «нет» или «позже».", field="verdict")
    return Verdict(given)
