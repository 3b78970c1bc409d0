"""Bodies for the engine: problems of a list with their counts, and what their cases tell."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.board.params import FACETS, BoardParams, Show
from app.cases.codes import DONE_STATES
from app.engine.access import access_clause
from app.engine.days import midnight
from app.problems.access import problem_clause
from app.problems.models import LIVING, ProblemState
from app.viewer import Viewer

Body = dict[str, Any]
Clause = dict[str, Any]

FIELDS = {
    "state": "state",
    "sector": "sectors",
    "municipality": "municipality",
    "settlement": "settlement",
    "district": "district",
    "theme": "theme",
    "department": "departments",
    "owner": "owner",
}
NEW_DAYS = 7
"""A problem whose first message came within them is new."""
STALE_DAYS = 30
"""Without a message for so long while open ones wait, a problem stands still."""
FACET_SIZE = 20
UNSHOWN = ["counts", "centroid", "seen_by", "shape", "acts", "claims", "apart", "days"]
"""Of a document: the larger part of it, and nothing that a list shows."""
_EXACT_AUTHORS = 3_000


def living(viewer: Viewer | None) -> list[Clause]:
    return [problem_clause(viewer), {"terms": {"state": sorted(LIVING)}}]


def board_body(params: BoardParams, viewer: Viewer | None, now: datetime) -> Body:
    """One page, the counts of all lists under its filters, and of each filter under the others."""
    lists = {show.value: _list(show, now) for show in Show}
    chosen = {**_filters(params, now), "show": lists[params.show.value]}
    facets = {name: _facet(name, chosen) for name in FACETS}
    return {
        "query": {"bool": {"filter": living(viewer), "must": _named(params)}},
        "post_filter": {"bool": {"filter": list(chosen.values())}},
        "from": (params.page - 1) * params.size,
        "size": params.size,
        "sort": _order(params.show),
        "track_total_hits": True,
        "_source": {"excludes": UNSHOWN},
        "aggs": {
            **facets,
            "lists": {
                "filter": _all(clause for name, clause in chosen.items() if name != "show"),
                "aggs": {"of": {"filters": {"filters": lists}}},
            },
        },
    }


def walk_body(params: BoardParams, viewer: Viewer | None, now: datetime, size: int) -> Body:
    """The list from its first problem on, without the counts beside it."""
    body = board_body(params, viewer, now)
    kept = {name: part for name, part in body.items() if name not in {"aggs", "from"}}
    return {**kept, "size": size}


def _named(params: BoardParams) -> list[Clause]:
    if not params.q:
        return []
    found = {"query": params.q, "fields": ["name", "title"], "type": "cross_fields"}
    return [{"multi_match": {**found, "operator": "and"}}]


def _list(show: Show, now: datetime) -> Clause:
    if show is Show.GROWING:
        return {"term": {"growing": True}}
    if show is Show.NEW:
        return {"range": {"first_at": {"gte": (now - timedelta(days=NEW_DAYS)).isoformat()}}}
    if show is Show.RETURNED:
        return {"term": {"state": ProblemState.RETURNED}}
    if show is Show.STALE:
        before = (now - timedelta(days=STALE_DAYS)).isoformat()
        waits = [{"range": {"open": {"gt": 0}}}, {"range": {"last_at": {"lt": before}}}]
        return {"bool": {"filter": waits, "must_not": [{"term": {"state": ProblemState.SOLVED}}]}}
    return {"match_all": {}}


def _filters(params: BoardParams, now: datetime) -> dict[str, Clause]:
    chosen: dict[str, Clause] = {
        name: {"terms": {FIELDS[name]: list(params.values(name))}}
        for name in FACETS
        if params.values(name)
    }
    if params.since:
        chosen["from"] = {"range": {"last_at": {"gte": midnight(params.since, now.tzinfo)}}}
    if params.until:
        after = params.until + timedelta(days=1)
        chosen["to"] = {"range": {"first_at": {"lt": midnight(after, now.tzinfo)}}}
    return chosen


def _facet(name: str, chosen: dict[str, Clause]) -> Clause:
    others = [clause for key, clause in chosen.items() if key != name]
    return {
        "filter": _all(others),
        "aggs": {"values": {"terms": {"field": FIELDS[name], "size": FACET_SIZE}}},
    }


def _all(clauses: Any) -> Clause:
    return {"bool": {"filter": list(clauses)}}


def _order(show: Show) -> list[Clause]:
    if show is Show.STALE:
        return [{"last_at": "asc"}, {"id": "asc"}]
    if show is Show.NEW:
        return [{"first_at": "desc"}, {"id": "asc"}]
    newest: list[Clause] = [{"last_at": {"order": "desc", "missing": "_last"}}, {"id": "asc"}]
    return [{"growing": {"order": "desc", "missing": "_last"}}, *newest]


def told_body(ids: Collection[str], viewer: Viewer | None, zone: ZoneInfo, since: date) -> Body:
    """What the cases that `viewer` sees tell of each problem; days of a picture from `since` on."""
    within = {"range": {"received_at": {"gte": midnight(since, zone)}}}
    told = {"picture": {"filter": within, "aggs": {"days": days(zone)}}, **numbers()}
    return {
        "query": {
            "bool": {"filter": [access_clause(viewer), {"terms": {"problem.id": list(ids)}}]}
        },
        "size": 0,
        "track_total_hits": False,
        "aggs": {"of": {"terms": {"field": "problem.id", "size": max(len(ids), 1)}, "aggs": told}},
    }


def numbers() -> Body:
    """Authors, copies, open ones, first and last of whatever cases an aggregation holds."""
    done = {"terms": {"state": sorted(DONE_STATES)}}
    authors = {"field": "author.key", "precision_threshold": _EXACT_AUTHORS}
    return {
        "authors": {"cardinality": authors},
        "nameless": {"missing": {"field": "author.key"}},
        "copies": {"filter": {"exists": {"field": "duplicate.root"}}},
        "open": {"filter": {"bool": {"must_not": [done]}}},
        "first": {"min": {"field": "received_at"}},
        "last": {"max": {"field": "received_at"}},
    }


def days(zone: ZoneInfo) -> Clause:
    told = {"field": "received_at", "calendar_interval": "day", "time_zone": str(zone)}
    return {"date_histogram": {**told, "format": "yyyy-MM-dd", "min_doc_count": 1}}
