"""From the engine's answers to rows, counts and facets."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from app.cases.codes import Channel, Importance, Kind, State
from app.cases.lines import first_line, place_line
from app.search.results import FacetValue
from app.work.cursor import make_cursor
from app.work.params import FILTERS, PAGE, WorkParams
from app.work.queues import Queue


class Row(Struct, frozen=True, kw_only=True):
    id: str
    number: str
    kind: Kind
    channel: Channel
    state: State
    important: bool
    received_at: datetime
    updated_at: datetime
    deadline_at: datetime | None
    theme: str | None
    place: str | None
    line: str
    department: str | None
    assignee: str | None
    """Login."""
    cursor: str
    """The row's place in this list."""


class Rows(Struct, frozen=True):
    rows: list[Row]
    next: str | None
    """Cursor of the next page; None on the last one."""


class Facets(Struct, frozen=True):
    total: int
    """Cases of the list under its filters, exactly."""
    values: dict[str, list[FacetValue]]


Answer = dict[str, Any]


def read_rows(params: WorkParams, answer: Answer, size: int = PAGE) -> Rows:
    hits = answer["hits"]["hits"]
    rows = [_row(params, hit) for hit in hits[:size]]
    return Rows(rows, rows[-1].cursor if len(hits) > size else None)


def read_counts(answer: Answer) -> dict[Queue, int]:
    buckets = answer["aggregations"]["queues"]["buckets"]
    return {Queue(name): bucket["doc_count"] for name, bucket in buckets.items()}


def read_total(answer: Answer) -> int:
    return int(answer["hits"]["total"]["value"])


def read_facets(params: WorkParams, answer: Answer) -> Facets:
    """Chosen values first, also those that no case has now, then the others by count."""
    found = {name: _facet(params, name, answer["aggregations"][name]) for name in FILTERS}
    return Facets(read_total(answer), found)


def _facet(params: WorkParams, name: str, answer: Answer) -> list[FacetValue]:
    chosen = dict.fromkeys(params.values(name), 0)
    for bucket in answer.get("chosen", {"buckets": []})["buckets"]:
        chosen[bucket["key"]] = bucket["doc_count"]
    counts = {bucket["key"]: bucket["doc_count"] for bucket in answer["values"]["buckets"]}
    everything = {**chosen, **{key: count for key, count in counts.items() if key not in chosen}}
    return [FacetValue(key, key, count) for key, count in everything.items()]


def _row(params: WorkParams, hit: Answer) -> Row:
    source = hit["_source"]
    workflow = source.get("workflow", {})
    return Row(
        id=source["id"],
        number=source["number"],
        kind=Kind(source["kind"]),
        channel=Channel(source["channel"]),
        state=State(source["state"]),
        important=source.get("importance") == Importance.HIGH,
        received_at=datetime.fromisoformat(source["received_at"]),
        updated_at=datetime.fromisoformat(source["updated_at"]),
        deadline_at=_moment(source.get("deadline_at")),
        theme=source.get("classifier", {}).get("im_theme"),
        place=place_line(source.get("place", {})),
        line=first_line(source.get("title"), source.get("text", "")),
        department=workflow.get("department"),
        assignee=workflow.get("assignee"),
        cursor=make_cursor(params, hit["sort"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
