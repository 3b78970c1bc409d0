"""Sort values of a row as opaque text for the address: checked when it returns."""

import base64
import binascii
import json
import math
from collections.abc import Sequence
from typing import Any

import xxhash

_LONGEST = 4000
_LONG = 2**63


def question_hash(asked: Any) -> str:
    """A short name of a question, so that a cursor is not used for another one."""
    return xxhash.xxh64_hexdigest(json.dumps(asked).encode())


def encode(parts: Sequence[Any]) -> str:
    """`parts` as JSON has them, in signs that an address takes as they are."""
    body = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode(cursor: str) -> list[Any]:
    """What `encode` was given. Raises ValueError for any text it did not make."""
    if len(cursor) > _LONGEST:
        raise ValueError("a cursor is never that long")
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        parts = json.loads(base64.b64decode(padded, altchars="-_", validate=True))
    except (binascii.Error, RecursionError) as error:
        raise ValueError("not a cursor") from error
    if not isinstance(parts, list):
        raise ValueError("not a cursor")  # noqa: TRY004 - a bad value from outside
    return parts


def fit(values: Any, kinds: Sequence[type]) -> bool:
    """Whether `values` is a list of sort values of these types, in their order."""
    if not isinstance(values, list) or len(values) != len(kinds):
        return False
    return all(map(_fits, values, kinds))


def _fits(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    if kind is float:
        return isinstance(value, int | float) and math.isfinite(value)
    if kind is int:
        return isinstance(value, int) and -_LONG <= value < _LONG
    return isinstance(value, kind)
