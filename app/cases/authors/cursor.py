"""The case of an author after which a page begins."""

from typing import Any

from app.errors import BadInputError
from app.web.cursor import decode, encode, fit, question_hash

_KINDS = (int, str)
"""Types of the sort values of `app.cases.authors.query.SORT`."""


def make_cursor(key: str, values: list[Any]) -> str:
    return encode([question_hash(key), values])


def read_cursor(key: str, cursor: str) -> list[Any]:
    """Raises `BadInputError` for a cursor that was changed or belongs to another author."""
    try:
        question, values = decode(cursor)
    except ValueError as error:
        raise _broken() from error
    if question != question_hash(key) or not fit(values, _KINDS):
        raise _broken()
    return list(values)


def _broken() -> BadInputError:
    return BadInputError(
        "Ссылка на это место списка испорчена. Откройте список из обращения.", field="after"
    )
