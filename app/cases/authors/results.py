"""From the engine's answer to the cases of one author."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from app.cases.authors.query import PAGE
from app.cases.codes import Channel, Kind, State
from app.cases.lines import first_line, place_line


class AuthorCase(Struct, frozen=True, kw_only=True):
    id: str
    number: str
    kind: Kind
    channel: Channel
    state: State
    received_at: datetime
    deadline_at: datetime | None
    closed_at: datetime | None
    theme: str | None
    place: str | None
    department: str | None
    line: str


class AuthorCases(Struct, frozen=True):
    total: int
    """On all pages, exactly."""
    rows: list[AuthorCase]
    next: list[Any] | None
    """Sort values of the last row; None on the last page."""


def read_page(answer: dict[str, Any]) -> AuthorCases:
    hits = answer["hits"]["hits"]
    shown = hits[:PAGE]
    after = shown[-1]["sort"] if len(hits) > PAGE else None
    return AuthorCases(read_total(answer), [_row(hit["_source"]) for hit in shown], after)


def read_total(answer: dict[str, Any]) -> int:
    return int(answer["hits"]["total"]["value"])


def _row(source: dict[str, Any]) -> AuthorCase:
    return AuthorCase(
        id=source["id"],
        number=source["number"],
        kind=Kind(source["kind"]),
        channel=Channel(source["channel"]),
        state=State(source["state"]),
        received_at=datetime.fromisoformat(source["received_at"]),
        deadline_at=_moment(source.get("deadline_at")),
        closed_at=_moment(source.get("closed_at")),
        theme=source.get("classifier", {}).get("im_theme"),
        place=place_line(source.get("place", {})),
        department=source.get("workflow", {}).get("department"),
        line=first_line(source.get("title"), source["text"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
