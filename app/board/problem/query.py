"""Bodies for the engine: the cases of one problem, and problems like it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.board.problem.params import PAGE, CasesParams
from app.board.query import UNSHOWN, days, living, numbers
from app.cases.streets import STREET_AGGS
from app.engine.access import access_clause
from app.problems.models import Problem
from app.viewer import Viewer

Body = dict[str, Any]
Clause = dict[str, Any]
SIMILAR = 5
_CANDIDATES = 50
STREETS, HOUSES = 15, 20
_SOURCE = [
    "id",
    "number",
    "state",
    "channel",
    "received_at",
    "title",
    "text",
    "place",
    "workflow.department",
    "problem",
]


def facts_body(problem_id: str, viewer: Viewer | None, zone: ZoneInfo) -> Body:
    """Counts over the cases the viewer sees, by day, by place, by department."""
    return {
        "query": _cases(problem_id, viewer),
        "size": 0,
        "track_total_hits": True,
        "aggs": {
            **numbers(),
            "days": days(zone),
            "streets": {
                "terms": {"field": "spot.street", "size": STREETS},
                "aggs": {
                    "houses": {"terms": {"field": "spot.house", "size": HOUSES}},
                    **STREET_AGGS,
                },
            },
            "placeless": {"missing": {"field": "spot.street"}},
        },
    }


def cases_body(
    problem_id: str, viewer: Viewer | None, params: CasesParams, size: int = PAGE
) -> Body:
    """One page, the newest first."""
    places = {"spot.street": params.street, "spot.house": params.house}
    chosen = [{"term": {name: value}} for name, value in places.items() if value]
    return {
        "query": _cases(problem_id, viewer, *chosen),
        "from": (params.page - 1) * size,
        "size": size,
        "sort": [{"received_at": "desc"}, {"id": "asc"}],
        "track_total_hits": True,
        "_source": _SOURCE,
    }


def examples_body(problem: Problem, viewer: Viewer | None) -> Body:
    """Those chosen for it, as far as they still belong to it and are seen."""
    return {
        "query": _cases(problem.id, viewer, {"ids": {"values": problem.examples}}),
        "size": max(len(problem.examples), 1),
        "sort": [{"received_at": "asc"}, {"id": "asc"}],
        "track_total_hits": False,
        "_source": _SOURCE,
    }


def _cases(problem_id: str, viewer: Viewer | None, *more: Clause) -> Clause:
    found = [access_clause(viewer), {"term": {"problem.id": problem_id}}]
    return {"bool": {"filter": [*found, *more]}}


def similar_body(problem: Problem, viewer: Viewer | None) -> Body:
    """The nearest in meaning; where it has no middle yet, the newest of the same theme."""
    others: Clause = {"bool": {"filter": living(viewer), "must_not": [_itself(problem)]}}
    shown = {"_source": {"excludes": UNSHOWN}, "track_total_hits": False}
    if problem.centroid and problem.emb_ver:
        return {
            "query": {"knn": _near(problem.centroid, problem, others)},
            "size": 2 * SIMILAR,
            **shown,
        }
    others["bool"]["filter"].append({"term": {"theme": problem.theme or ""}})
    order = [{"last_at": {"order": "desc", "missing": "_last"}}, {"id": "asc"}]
    return {"query": others, "size": SIMILAR, "sort": order, **shown}


def _near(centroid: Sequence[float], problem: Problem, others: Clause) -> Clause:
    return {
        "field": "centroid",
        "query_vector": list(centroid),
        "k": 2 * SIMILAR,
        "num_candidates": _CANDIDATES,
        "filter": [others, {"term": {"emb_ver": problem.emb_ver}}],
    }


def _itself(problem: Problem) -> Clause:
    return {"ids": {"values": [problem.id]}}


def _id_in(words: str) -> str:
    """The last part of an address, or the words themselves; empty where nothing is there."""
    try:
        return urlsplit(words).path.rstrip("/").rpartition("/")[2]
    except ValueError:  # «http://[»
        return ""


def named_body(words: str, problem: Problem, viewer: Viewer | None, size: int) -> Body:
    """Problems that a person looks for, to merge with this one."""
    named = {"query": words, "fields": ["name", "title"], "type": "cross_fields"}
    ways: list[Clause] = [{"multi_match": named}]
    if found := _id_in(words):
        ways.append({"ids": {"values": [found]}})
    return {
        "query": {
            "bool": {
                "filter": living(viewer),
                "must_not": [_itself(problem)],
                "should": ways,
                "minimum_should_match": 1,
            }
        },
        "size": size,
        "_source": {"excludes": UNSHOWN},
        "track_total_hits": False,
    }
