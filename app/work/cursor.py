"""The row of a queue after which a page, or the next case, begins."""

from typing import Any

from app.errors import BadInputError
from app.web.cursor import decode, encode, fit, question_hash
from app.work.params import WorkParams

_KINDS = (int, str, int, str)
"""Types of the sort values of `app.work.query.SORT`."""


def make_cursor(params: WorkParams, values: list[Any]) -> str:
    """`values` are the row's sort values: its place stays even when it leaves the queue."""
    return encode([_question(params), values])


def read_cursor(params: WorkParams, cursor: str) -> list[Any]:
    """Raises `BadInputError` for a cursor that was changed or belongs to another list."""
    try:
        question, values = decode(cursor)
    except ValueError as error:
        raise _broken() from error
    if question != _question(params) or not fit(values, _KINDS):
        raise _broken()
    return list(values)


def _question(params: WorkParams) -> str:
    return question_hash(params.first.pairs())


def _broken() -> BadInputError:
    return BadInputError(
        "Ссылка на это место списка испорчена или относится к другому списку. "
        "Откройте очередь с начала.",
        field="after",
    )
