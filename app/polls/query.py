"""Bodies for the engine: polls, what is worth one, places of an audience."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from app.engine.access import access_clause
from app.polls.demands import telling_lemmas
from app.polls.models import POLL, PUBLICATION
from app.problems.access import problem_clause
from app.problems.models import LIVING
from app.viewer import Viewer

Body = dict[str, Any]
MOST_POLLS, MOST_PROBLEMS = 500, 200
PLACES = 1_000
"""Places of one request."""
MOST_READ = 100
"""Messages of one problem or theme that are read for what they ask: the newest."""
_HIDDEN: Body = {"term": {"removed": True}}


def polls_body() -> Body:
    """The newest first."""
    return {
        "query": {"bool": {"filter": [{"term": {"kind": POLL}}], "must_not": [_HIDDEN]}},
        "size": MOST_POLLS,
        "sort": [{"held_to": {"order": "desc", "missing": "_last"}}, {"id": "asc"}],
    }


def publications_body(theme: str | None, problem: str | None) -> Body:
    about = [
        {"term": {name: value}}
        for name, value in (("theme", theme), ("problem", problem))
        if value is not None
    ]
    wanted = [{"term": {"kind": PUBLICATION}}, *about]
    return {
        "query": {"bool": {"filter": wanted, "must_not": [_HIDDEN]}},
        "size": 50,
        "sort": [{"on": "desc"}, {"id": "asc"}],
    }


def problems_body(viewer: Viewer | None, ids: Sequence[str] = ()) -> Body:
    """Those of `ids` that the viewer sees; without ids the last that messages came to."""
    wanted: list[Body] = [problem_clause(viewer)]
    wanted += [{"terms": {"id": sorted(ids)}}] if ids else [{"terms": {"state": sorted(LIVING)}}]
    return {
        "query": {"bool": {"filter": wanted}},
        "size": len(ids) or MOST_PROBLEMS,
        "_source": ["id", "title", "name", "theme", "state", "municipality"],
        "sort": [{"last_at": {"order": "desc", "missing": "_last"}}, {"id": "asc"}],
    }


def mapped_body(ids: Collection[str]) -> Body:
    """Which of these problems have a road map, also one that is still being prepared."""
    return {
        "query": {"bool": {"filter": [{"terms": {"problem_id": sorted(ids)}}]}},
        "size": 0,
        "aggs": {"problems": {"terms": {"field": "problem_id", "size": max(len(ids), 1)}}},
    }


def worth_body(viewer: Viewer | None, since: datetime, field: str, size: int) -> Body:
    """Messages and distinct authors by problem or theme, and how many may ask for something."""
    return {
        "query": {"bool": {"filter": _originals(viewer, since)}},
        "size": 0,
        "aggs": {
            "groups": {
                "terms": {"field": field, "size": size, "order": {"authors": "desc"}},
                "aggs": {
                    "authors": {"cardinality": {"field": "author.key"}},
                    "asking": {"filter": {"terms": {"lemmas": telling_lemmas()}}},
                },
            }
        },
    }


def asking_body(viewer: Viewer | None, since: datetime, field: str, value: str) -> Body:
    """Messages of one problem or theme that may ask for something, the newest first."""
    asking = [{"term": {field: value}}, {"terms": {"lemmas": telling_lemmas()}}]
    return {
        "query": {"bool": {"filter": [*_originals(viewer, since), *asking]}},
        "size": MOST_READ,
        "_source": ["title", "text", "author.key"],
        "track_total_hits": False,
        "sort": [{"received_at": "desc"}, {"id": "asc"}],
    }


def _originals(viewer: Viewer | None, since: datetime) -> list[Body]:
    """What the viewer sees of the period, confirmed duplicates left out."""
    originals = {"bool": {"must_not": [{"exists": {"field": "duplicate.of"}}]}}
    return [
        access_clause(viewer),
        {"range": {"received_at": {"gte": since.isoformat()}}},
        originals,
    ]


def places_body(
    viewer: Viewer | None, about: Body, since: datetime, fields: Sequence[str], after: Body | None
) -> Body:
    """Messages and distinct authors of each place; never who wrote."""
    sources = [{one: {"terms": {"field": one, "missing_bucket": True}}} for one in fields]
    street = {"exists": {"field": "place.street"}}
    period = {"range": {"received_at": {"gte": since.isoformat()}}}
    composite: Body = {"size": PLACES, "sources": sources, **({"after": after} if after else {})}
    return {
        "query": {"bool": {"filter": [access_clause(viewer), about, street, period]}},
        "size": 0,
        "aggs": {
            "places": {
                "composite": composite,
                "aggs": {"authors": {"cardinality": {"field": "author.key"}}},
            }
        },
    }


def themes_body(viewer: Viewer | None, since: datetime) -> Body:
    period = {"range": {"received_at": {"gte": since.isoformat()}}}
    return {
        "query": {"bool": {"filter": [access_clause(viewer), period]}},
        "size": 0,
        "aggs": {"themes": {"terms": {"field": "classifier.im_theme", "size": 200}}},
    }
