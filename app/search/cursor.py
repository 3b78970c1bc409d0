"""The place where the next page begins: opaque to people and programs, checked when it returns."""

import base64
import binascii
import json
import math
from dataclasses import dataclass
from typing import Any

import xxhash

from app.errors import BadInputError
from app.search.params import SearchParams, Sort
from app.search.steps import STEPS

_LONGEST = 2000
_KINDS: dict[Sort, tuple[type, ...]] = {
    Sort.RELEVANCE: (float, int, str),
    Sort.NEWEST: (int, str),
    Sort.DEADLINE: (int, str),
}
"""Types of the sort values of `app.search.query.SORTS`, in their order."""
_LONG = 2**63


@dataclass(frozen=True)
class Place:
    """Where a page begins."""

    values: list[Any]
    """Sort values of the hit before it."""
    step: int = 0
    """Number of one of `app.search.steps.STEPS`, the same on all pages of a result."""


def make_cursor(params: SearchParams, place: Place) -> str:
    """The place as text, tied to the question it belongs to."""
    body = json.dumps(
        [_question(params), place.step, place.values], separators=(",", ":"), ensure_ascii=False
    )
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def read_cursor(params: SearchParams) -> Place | None:
    """The place `params.after` names; None on the first page.

    Raises `BadInputError` for a cursor that was changed or belongs to another question.
    """
    if params.after is None:
        return None
    question, place = _decode(params.after)
    if question != _question(params):
        raise BadInputError(
            "Эта страница относится к другому поиску. Откройте его с первой страницы.",
            field="after",
        )
    kinds = _KINDS[params.sort]
    if len(place.values) != len(kinds) or not all(map(_fits, place.values, kinds)):
        raise _broken()
    return place


def _decode(cursor: str) -> tuple[str, Place]:
    try:
        if len(cursor) > _LONGEST:
            raise _broken()
        padded = cursor + "=" * (-len(cursor) % 4)
        decoded = base64.b64decode(padded, altchars="-_", validate=True)
        question, step, values = json.loads(decoded)
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise _broken() from error
    if not isinstance(values, list) or step not in range(len(STEPS)):
        raise _broken()
    return str(question), Place(values, int(step))


def _fits(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    if kind is float:
        return isinstance(value, int | float) and math.isfinite(value)
    if kind is int:
        return isinstance(value, int) and -_LONG <= value < _LONG
    return isinstance(value, str)


def _question(params: SearchParams) -> str:
    asked = [pair for pair in params.pairs() if pair[0] not in {"after", "size"}]
    return xxhash.xxh64_hexdigest(json.dumps([asked, params.sort]).encode())


def _broken() -> BadInputError:
    return BadInputError(
        "Ссылка на эту страницу списка испорчена. Откройте поиск с первой страницы.", field="after"
    )
