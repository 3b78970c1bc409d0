"""What the page «Все обращения автора» shows: cases, and nothing of the author."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from app.cases.authors.cursor import make_cursor
from app.cases.authors.results import AuthorCase, AuthorCases
from app.cases.codes import CHANNEL_NAMES, DONE_STATES, KIND_NAMES, STATE_NAMES
from app.cases.due import Due, due
from app.cases.models import Case
from app.web.urls import url_with


@dataclass(frozen=True)
class RowView:
    case: AuthorCase
    url: str
    due: Due
    state_name: str
    channel_name: str
    kind_name: str
    here: bool
    """The case that the list was opened from."""


def case_url(case_id: str) -> str:
    return f"/cases/{quote(case_id, safe='')}"


def list_url(case_id: str) -> str:
    return f"{case_url(case_id)}/author"


def page_context(case: Case, found: AuthorCases, after: str, now: datetime) -> dict[str, Any]:
    """`now` is in the municipality's zone."""
    first = list_url(case.id)
    cursor = make_cursor(case.author.key or "", found.next) if found.next else None
    return {
        "case": case,
        "case_url": case_url(case.id),
        "known": case.author.key is not None,
        "total": found.total,
        "rows": [_row(one, case, now) for one in found.rows],
        "next_url": url_with(first, [], after=cursor) if cursor else None,
        "first_url": first if after else None,
    }


def _row(one: AuthorCase, opened: Case, now: datetime) -> RowView:
    return RowView(
        case=one,
        url=case_url(one.id),
        due=due(one.deadline_at, now, done=one.state in DONE_STATES),
        state_name=STATE_NAMES[one.state],
        channel_name=CHANNEL_NAMES[one.channel],
        kind_name=KIND_NAMES[one.kind],
        here=one.id == opened.id,
    )
