"""The place where the next page begins: opaque to people and programs, checked when it returns."""

from dataclasses import dataclass
from typing import Any

from app.errors import BadInputError
from app.search.fusion import DEPTH
from app.search.params import SearchParams, Sort
from app.search.shown import pack, unpack
from app.search.steps import STEPS
from app.web.cursor import decode, encode, fit, question_hash

_KINDS: dict[Sort, tuple[type, ...]] = {
    Sort.RELEVANCE: (float, int, str),
    Sort.NEWEST: (int, str),
    Sort.DEADLINE: (int, str),
}
"""Types of the sort values of `app.search.query.SORTS`, in their order."""


@dataclass(frozen=True)
class Place:
    """Where a page begins."""

    values: list[Any]
    """Sort values of the hit before it; none while the order is by meaning too."""
    step: int = 0
    """Number of one of `app.search.steps.STEPS`, the same on all pages of a result."""
    shown: frozenset[bytes] | None = None
    """Marks of what the order by words and meaning has brought; None in an order by words."""
    near: int = 0
    """Cases found by meaning alone, as the first page told them."""


def make_cursor(params: SearchParams, place: Place) -> str:
    """The place as text, tied to the question it belongs to."""
    parts = [_question(params), place.step, place.values]
    if place.shown is not None:
        parts += [pack(sorted(place.shown)), place.near]
    return encode(parts)


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
    fused = place.shown is not None and params.sort is Sort.RELEVANCE
    if not (fused and place.values == []) and not fit(place.values, _KINDS[params.sort]):
        raise _broken()
    return place


def _decode(cursor: str) -> tuple[str, Place]:
    try:
        question, step, values, *fused = decode(cursor)
        shown, near = _fused(*fused) if fused else (None, 0)
    except (ValueError, TypeError) as error:
        raise _broken() from error
    if not isinstance(values, list) or step not in range(len(STEPS)):
        raise _broken()
    return str(question), Place(values, int(step), shown, near)


def _fused(marks: Any, near: Any) -> tuple[frozenset[bytes], int]:
    if not isinstance(marks, str) or near not in range(DEPTH + 1):
        raise ValueError("not a place in an order by meaning")
    return unpack(marks), int(near)


def _question(params: SearchParams) -> str:
    asked = [pair for pair in params.pairs() if pair[0] not in {"after", "size"}]
    return question_hash([asked, params.sort])


def _broken() -> BadInputError:
    return BadInputError(
        "Ссылка на эту страницу списка испорчена. Откройте поиск с первой страницы.", field="after"
    )
