"""The place where the next page begins: opaque to people and programs, checked when it returns."""

from dataclasses import dataclass
from typing import Any

from app.errors import BadInputError
from app.search.params import SearchParams, Sort
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
    """Sort values of the hit before it."""
    step: int = 0
    """Number of one of `app.search.steps.STEPS`, the same on all pages of a result."""


def make_cursor(params: SearchParams, place: Place) -> str:
    """The place as text, tied to the question it belongs to."""
    return encode([_question(params), place.step, place.values])


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
    if not fit(place.values, _KINDS[params.sort]):
        raise _broken()
    return place


def _decode(cursor: str) -> tuple[str, Place]:
    try:
        question, step, values = decode(cursor)
    except (ValueError, TypeError) as error:
        raise _broken() from error
    if not isinstance(values, list) or step not in range(len(STEPS)):
        raise _broken()
    return str(question), Place(values, int(step))


def _question(params: SearchParams) -> str:
    asked = [pair for pair in params.pairs() if pair[0] not in {"after", "size"}]
    return question_hash([asked, params.sort])


def _broken() -> BadInputError:
    return BadInputError(
        "Ссылка на эту страницу списка испорчена. Откройте поиск с первой страницы.", field="after"
    )
