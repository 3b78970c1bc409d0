"""Bodies for the engine: pure, from parameters and viewer to dicts; nothing is ever scored."""

from datetime import date, datetime, tzinfo
from typing import Any

from app.cases.codes import Importance
from app.engine.access import Clause, access_clause
from app.engine.days import span_of_days
from app.viewer import Viewer
from app.work.cursor import read_cursor
from app.work.params import CONDITIONS, FILTERS, PAGE, WorkParams
from app.work.queues import OPEN, Moment, offered_queues, queue_clause

Body = dict[str, Any]

FIELDS = {
    "state": "state",
    "importance": "importance",
    "kind": "kind",
    "channel": "channel",
    "theme": "classifier.im_theme",
    "department": "workflow.department",
    "street": "place.street",
    "assignee": "workflow.assignee",
    "asked": "workflow.asked",
}
FACET_SIZE = 20
"""Values of a facet that are counted; chosen ones are counted besides."""

SORT: list[dict[str, Any]] = [
    {"deadline_at": {"order": "asc", "missing": "_last"}},
    {"importance": {"order": "asc", "missing": Importance.NORMAL.value}},
    {"received_at": {"order": "asc", "missing": "_last"}},
    {"id": {"order": "asc"}},
]
"""What burns first. Overdue cases come first because their moment is the earliest, «high» stands
before «normal» in the alphabet, and `id` makes every place unique. The first key is a date with
points, so the engine stops early instead of sorting the whole queue."""

_SOURCE = [
    "id",
    "number",
    "kind",
    "channel",
    "state",
    "importance",
    "received_at",
    "updated_at",
    "deadline_at",
    "title",
    "text",
    "place",
    "classifier.im_theme",
    "workflow.department",
    "workflow.assignee",
]
"""Named one by one: the author, the cells as they came and the history have no way into a list."""


def rows_body(
    params: WorkParams, viewer: Viewer, moment: Moment, *, size: int = PAGE, at: str | None = None
) -> Body:
    """One page and one row more, which tells whether there is a next page.

    `at` is a cursor that overrides the page's own.
    """
    body: Body = {
        "query": _whole(params, viewer, moment, *_chosen(params, moment).values()),
        "size": size + 1,
        "sort": SORT,
        "track_total_hits": False,
        "_source": _SOURCE,
    }
    if start := at or params.after:
        body["search_after"] = read_cursor(params, start)
    return body


def counts_body(viewer: Viewer, moment: Moment) -> Body:
    """The number of each queue the viewer is offered, in one request."""
    queues = {queue.value: queue_clause(queue, viewer, moment) for queue in offered_queues(viewer)}
    return {
        "query": {"bool": {"filter": [access_clause(viewer), OPEN]}},
        "size": 0,
        "track_total_hits": False,
        "aggs": {"queues": {"filters": {"filters": queues}}},
    }


def facets_body(params: WorkParams, viewer: Viewer, moment: Moment) -> Body:
    """The total of the list and its facets; each facet counts under all filters but its own."""
    chosen = _chosen(params, moment)
    facets = {}
    for name in FILTERS:
        others = [clause for key, clause in chosen.items() if key != name]
        facets[name] = {"filter": {"bool": {"filter": others}}, "aggs": _values(params, name)}
    body: Body = {
        "query": _whole(params, viewer, moment),
        "size": 0,
        "track_total_hits": True,
        "aggs": facets,
    }
    if chosen:
        body["post_filter"] = {"bool": {"filter": list(chosen.values())}}
    return body


def newer_body(params: WorkParams, viewer: Viewer, moment: Moment, since: datetime) -> Body:
    """Counts cases of the list that came to it or changed after `since`."""
    later = {"range": {"updated_at": {"gt": since.isoformat()}}}
    query = _whole(params, viewer, moment, *_chosen(params, moment).values(), later)
    return {"query": query, "size": 0, "track_total_hits": True}


def _whole(params: WorkParams, viewer: Viewer, moment: Moment, *more: Clause) -> Clause:
    own = queue_clause(params.queue, viewer, moment)
    return {"bool": {"filter": [access_clause(viewer), OPEN, own, *more]}}


def _chosen(params: WorkParams, moment: Moment) -> dict[str, Clause]:
    """Clause of each condition that was set, by its name."""
    zone = moment.now.tzinfo
    return {
        name: due_clause(values, zone) if name == "due" else _clause(name, values)
        for name in CONDITIONS
        if (values := params.values(name))
    }


def due_clause(days: tuple[str, ...], zone: tzinfo | None) -> Clause:
    """Due on any of these days of the municipality."""
    ranges = [
        {"range": {"deadline_at": span_of_days(day, day, zone)}}
        for day in map(date.fromisoformat, days)
    ]
    return {"bool": {"should": ranges, "minimum_should_match": 1}}


def _clause(name: str, values: tuple[str, ...]) -> Clause:
    """A case without importance counts as normal."""
    found: Clause = {"terms": {FIELDS[name]: list(values)}}
    if name != "importance" or Importance.NORMAL.value not in values:
        return found
    nothing = {"bool": {"must_not": [{"exists": {"field": FIELDS[name]}}]}}
    return {"bool": {"should": [found, nothing], "minimum_should_match": 1}}


def _values(params: WorkParams, name: str) -> dict[str, Any]:
    terms: dict[str, Any] = {"field": FIELDS[name]}
    if name == "importance":
        terms["missing"] = Importance.NORMAL.value
    counts: dict[str, Any] = {"values": {"terms": {**terms, "size": FACET_SIZE}}}
    if values := params.values(name):
        chosen = {**terms, "include": list(values), "size": len(values)}
        counts["chosen"] = {"terms": chosen}
    return counts
