"""Bodies for the engine: causes, and the messages of a problem beside others of its theme."""

from datetime import datetime, timedelta
from typing import Any

from app.cases.streets import STREET_AGGS
from app.engine.access import Clause, access_clause
from app.problems.models import Problem
from app.viewer import Viewer

Body = dict[str, Any]

MOST_CAUSES = 2_000
MOST_PLACES = 12
"""Streets and houses of a problem that are compared, the most named first."""
LONGEST = timedelta(days=365)
BEFORE = timedelta(days=90)
"""A problem of one day is compared with messages of its season, not of that day alone."""
FORMER = timedelta(days=730)


def causes_body(clauses: list[Clause]) -> Body:
    return {
        "query": {"bool": {"filter": clauses}},
        "size": MOST_CAUSES,
        "sort": [{"updated_at": "desc"}, {"id": "asc"}],
    }


def factor_bodies(viewer: Viewer | None, problem: Problem, now: datetime, zone: str) -> list[Body]:
    """Of the problem's messages, of the others, and of earlier closed ones at its places."""
    last = problem.last_at or now
    first = max((problem.first_at or last) - BEFORE, last - LONGEST)
    period = {"range": {"received_at": {"gte": first.isoformat(), "lte": last.isoformat()}}}
    mine: Clause = {"term": {"problem.id": problem.id}}
    like = _like(problem)
    aggs = _aggregations(problem, zone)
    return [
        _counting([access_clause(viewer), period, mine], [], aggs),
        _counting([access_clause(viewer), period, *like], [mine], aggs),
        _counting([access_clause(viewer), *like, *_former(problem)], [mine], {}),
    ]


def _counting(filters: list[Clause], without: list[Clause], aggs: Body) -> Body:
    copies: Clause = {"exists": {"field": "duplicate.root"}}
    query = {"bool": {"filter": filters, "must_not": [*without, copies]}}
    return {"query": query, "size": 0, "track_total_hits": True, "aggs": aggs}


def _like(problem: Problem) -> list[Clause]:
    """The same theme in the same municipality."""
    pairs = {"classifier.im_theme": problem.theme, "place.municipality": problem.municipality}
    return [{"term": {name: value}} for name, value in pairs.items() if value]


def _former(problem: Problem) -> list[Clause]:
    """Closed before the first message of the problem, at its houses, else on its streets."""
    first = problem.first_at or problem.created_at
    closed = {"gte": (first - FORMER).isoformat(), "lt": first.isoformat()}
    places = [_house(key) for key in problem.houses[:MOST_PLACES]]
    places = places or [_street(key) for key in problem.streets[:MOST_PLACES]]
    at_places: Clause = {"bool": {"should": places, "minimum_should_match": 1}}
    return [{"range": {"closed_at": closed}}, at_places if places else {"match_none": {}}]


def _street(key: str) -> Clause:
    return {"term": {"spot.street": key}}


def _house(key: str) -> Clause:
    street, _, house = key.partition("|")
    return {"bool": {"filter": [_street(street), {"term": {"spot.house": house}}]}}


def _aggregations(problem: Problem, zone: str) -> Body:
    marks: dict[str, Clause] = {
        "reworked": {"range": {"workflow.reworked": {"gte": 1}}},
        "returned": {"range": {"workflow.returned": {"gte": 1}}},
        "overdue": {"wildcard": {"alerted": "answer:*:due"}},
    }
    streets = {f"street:{key}": _street(key) for key in problem.streets[:MOST_PLACES]}
    houses = {f"house:{key}": _house(key) for key in problem.houses[:MOST_PLACES]}
    return {
        "shares": {"filters": {"filters": {**marks, **streets, **houses}}, "aggs": STREET_AGGS},
        "departments": {"terms": {"field": "workflow.department", "size": 200}},
        "hours": {
            "date_histogram": {
                "field": "received_at",
                "fixed_interval": "1h",
                "time_zone": zone,
                "min_doc_count": 1,
            }
        },
    }
