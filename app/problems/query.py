"""Bodies for the engine: what may take in messages, what waits, what is to be worked out anew."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from app.meaning.waiting import DERIVED
from app.problems.gathering import FIELDS
from app.problems.models import LIVING, ProblemState
from app.problems.reach import By, Reach

Body = dict[str, Any]
Clause = dict[str, Any]
PAGE = 1_000

_HEAVY = ["centroid", "phrases", "days", "acts", "shape"]
"""What nothing is compared with."""
DONE = ["answered", "closed", "forwarded", "rejected"]
"""As `app.cases.codes.DONE_STATES`, which lies on a higher floor; a test holds them together."""
_NOT_OURS = ["rejected"]
"""States of a case that tells of nothing."""


def waiting(size: int, vectors_since: datetime | None, besides: Collection[str] = ()) -> Body:
    """Enriched cases nobody looked at yet, in the order they came.

    `vectors_since`: those written later wait for their vector; None where none can be made.
    """
    ready: list[Clause] = [{"range": {"enriched_version": {"gte": DERIVED}}}]
    if vectors_since is not None:
        early = {"range": {"created_at": {"lt": vectors_since.isoformat()}}}
        ready.append(_any([{"exists": {"field": "emb_ver"}}, early]))
    looked = {"exists": {"field": "problem.score"}}
    pinned = {"term": {"problem.pinned": True}}
    passed = [{"ids": {"values": sorted(besides)}}] if besides else []
    left_out = [looked, pinned, {"terms": {"state": _NOT_OURS}}, *passed]
    return {
        "query": {"bool": {"filter": ready, "must_not": left_out}},
        "size": size,
        "sort": [{"received_at": "asc"}, {"id": "asc"}],
        "_source": False,
        "track_total_hits": False,
    }


def problems_within(reach: Reach, after: list[Any] | None = None) -> Body:
    found: list[Clause] = [
        {"terms": {"state": sorted(LIVING)}},
        {"range": {"last_at": {"gte": reach.since}}},
        {"range": {"first_at": {"lte": reach.until}}},
        _of_municipalities("municipality", reach),
        _any(_ways(reach, "streets", "themes")),
    ]
    body = _walk(found, [], after)
    return {**body, "_source": {"excludes": _HEAVY}}


def lone_within(reach: Reach, after: list[Any] | None = None) -> Body:
    """Cases that were looked at and stayed alone."""
    found: list[Clause] = [
        {"exists": {"field": "problem.score"}},
        {"range": {"received_at": {"gte": reach.since, "lte": reach.until}}},
        _of_municipalities("place.municipality", reach),
        _any(_ways(reach, "spot.street", "classifier.im_theme")),
    ]
    kept: list[Clause] = [{"exists": {"field": "problem.id"}}, {"term": {"problem.pinned": True}}]
    return {**_walk(found, kept, after), "_source": list(FIELDS)}


def _ways(reach: Reach, streets: str, themes: str) -> list[Clause]:
    """Of all its municipalities together: a few too many are read, and no clause for each."""
    placeless = {"must_not": [{"exists": {"field": streets}}]}
    of_theme = [{"terms": {themes: reach.names(By.THEME)}}]
    ways: list[Clause] = [
        {"terms": {streets: reach.names(By.STREET)}},
        {"bool": {"filter": of_theme, **placeless}},
        {"terms": {themes: reach.names(By.LOST_THEME)}},
    ]
    return ways


def _of_municipalities(name: str, reach: Reach) -> Clause:
    named = sorted(one for one in reach.municipalities if one is not None)
    ways: list[Clause] = [{"terms": {name: named}}]
    if None in reach.municipalities:
        ways.append({"bool": {"must_not": [{"exists": {"field": name}}]}})
    return _any(ways)


def _walk(found: list[Clause], left_out: list[Clause], after: list[Any] | None) -> Body:
    return {
        "query": {"bool": {"filter": found, "must_not": left_out}},
        "size": PAGE,
        "sort": [{"id": "asc"}],
        "track_total_hits": False,
        **({"search_after": after} if after else {}),
    }


def _any(ways: list[Clause]) -> Clause:
    return {"bool": {"should": ways, "minimum_should_match": 1}}


def members(problem: str, fields: Collection[str], after: list[Any] | None = None) -> Body:
    """Cases of a problem in the order they came."""
    return {
        "query": {"bool": {"filter": [{"term": {"problem.id": problem}}]}},
        "size": PAGE,
        "sort": [{"received_at": "asc"}, {"id": "asc"}],
        "track_total_hits": False,
        "_source": list(fields),
        **({"search_after": after} if after else {}),
    }


def unsettled(size: int, besides: Collection[str] = ()) -> Body:
    """Problems whose counts lag behind their messages, and merged ones still to be emptied."""
    passed = [{"ids": {"values": sorted(besides)}}] if besides else []
    ways = [{"term": {"settled": False}}, {"term": {"moved": False}}]
    return {
        "query": {"bool": {"filter": [_any(ways)], "must_not": passed}},
        "size": size,
        "sort": [{"last_at": "asc"}, {"id": "asc"}],
        "_source": False,
        "track_total_hits": False,
    }


def counted(problem: str, zone: str) -> Body:
    """What is told of a problem over its cases; no case itself."""
    copies = {"exists": {"field": "duplicate.root"}}
    original = {"bool": {"must_not": [copies]}}
    return {
        "query": {"bool": {"filter": [{"term": {"problem.id": problem}}]}},
        "size": 0,
        "track_total_hits": True,
        "aggs": {
            "authors": {"cardinality": {"field": "author.key", "precision_threshold": 3_000}},
            "nameless": {"missing": {"field": "author.key"}},
            "open": {"filter": {"bool": {"must_not": [{"terms": {"state": DONE}}]}}},
            "originals": {
                "filter": original,
                "aggs": {"days": _days(zone)},
            },
            "sectors": _terms("workflow.sector", 50),
            "districts": _terms("place.district", 20),
            "streets": {**_terms("spot.street", 3), "aggs": _shown_street()},
            "seen_by": _seen_by(),
        },
    }


def _days(zone: str) -> Clause:
    told = {"field": "received_at", "calendar_interval": "day", "time_zone": zone}
    return {"date_histogram": {**told, "format": "yyyy-MM-dd", "min_doc_count": 1}}


def _shown_street() -> Clause:
    """As the fields of its cases write it; a street that only texts name has none."""
    return {"name": _terms("place.street", 1), "type": _terms("place.street_type", 1)}


def _seen_by() -> Clause:
    channels = {"channel": _terms("channel", 20)}
    departments = {"department": {**_terms("workflow.department", 100), "aggs": channels}}
    return {**_terms("place.municipality", 5), "aggs": departments}


def _terms(name: str, size: int) -> Clause:
    return {"terms": {"field": name, "size": size, "missing": ""}}


def lemmas_of(problem: str, size: int) -> Body:
    """The newest cases of a problem, as lemmas."""
    found = {"bool": {"filter": [{"term": {"problem.id": problem}}]}}
    return _newest(found, size)


def lemmas_beside(problem: str, theme: str, size: int) -> Body:
    """Of the same theme, in other problems or alone."""
    of_theme = [{"term": {"classifier.im_theme": theme}}]
    return _newest(
        {"bool": {"filter": of_theme, "must_not": [{"term": {"problem.id": problem}}]}}, size
    )


def _newest(found: Clause, size: int) -> Body:
    order = [{"received_at": "desc"}, {"id": "asc"}]
    read = {"_source": ["lemmas"], "track_total_hits": False}
    return {"query": found, "size": size, "sort": order, **read}


def nearest_of(problem: str, centroid: Sequence[float], size: int) -> Body:
    """Ids of its cases nearest to its middle: they say most of what the others say."""
    near = {
        "field": "emb",
        "query_vector": list(centroid),
        "k": size,
        "num_candidates": max(50, size),
        "filter": {"term": {"problem.id": problem}},
    }
    return {"query": {"knn": near}, "size": size, "_source": False, "track_total_hits": False}


def living_since(since: datetime, after: list[Any] | None = None) -> Body:
    return _walk([{"terms": {"state": sorted(LIVING)}}, _since(since)], [], after)


def empty_since(since: datetime, after: list[Any] | None = None) -> Body:
    """Those that say they have no message: all taken out, or all in another."""
    found: list[Clause] = [
        {"terms": {"state": [ProblemState.MERGED, ProblemState.EMPTY]}},
        {"term": {"moved": True}},
        {"term": {"settled": True}},
    ]
    return {**_walk([*found, _since(since)], [], after), "_source": ["id"]}


def _since(moment: datetime) -> Clause:
    return {"range": {"last_at": {"gte": moment.isoformat()}}}


def sizes(ids: Collection[str]) -> Body:
    """How many cases each of `ids` has."""
    return {
        "query": {"bool": {"filter": [{"terms": {"problem.id": sorted(ids)}}]}},
        "size": 0,
        "track_total_hits": False,
        "aggs": {"of": {"terms": {"field": "problem.id", "size": len(ids)}}},
    }


def of_other_vectors(version: str, after: list[Any] | None = None) -> Body:
    """Living problems whose middle was made before vectors were of this `emb_ver`."""
    found: list[Clause] = [
        {"terms": {"state": sorted(LIVING)}},
        {"term": {"settled": True}},
        {"exists": {"field": "emb_ver"}},
    ]
    return {**_walk(found, [{"term": {"emb_ver": version}}], after), "_source": ["id"]}


def vectors_of(ids: Collection[str], version: str) -> Body:
    """How many cases of each of `ids` have a vector, and one of this `emb_ver`."""
    body = sizes(ids)
    body["query"]["bool"]["filter"].append({"exists": {"field": "emb_ver"}})
    body["aggs"]["of"]["aggs"] = {"now": {"filter": {"term": {"emb_ver": version}}}}
    return body
