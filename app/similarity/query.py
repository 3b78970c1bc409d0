"""Bodies of the searches for candidates: pure, from a subject and a viewer to dicts."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from app.engine.access import access_clause
from app.similarity.models import Spot, Subject
from app.similarity.results import FIELDS
from app.text.words import fold
from app.viewer import Viewer

Clause = dict[str, Any]
Body = dict[str, Any]

COPIES, WORDS, PLACES, NEAREST = 25, 15, 20, 15
"""Candidates of each search; together about 50 after what they share."""
_MOST_LIKE = 4_000
"""Characters `more_like_this` chooses its words from."""
_TERMS = 18
"""Words of the text it asks by, the rarest: 25 take 18 ms of 1,000,000 messages and find 0.996 of
the quoted ones, 8 take 4 ms; 12 miss a message quoted within another one's words."""
_LOOKED_AT = 100
"""Vectors a kNN looks at: recall@10 0.95 of centred ones."""
FINAL_STATES = ["answered", "closed"]


class Question(Struct, frozen=True):
    """What all bodies share."""

    subject: Subject
    spot: Spot
    viewer: Viewer | None
    before: datetime | None = None
    """Only cases received before it: what could have been found then."""


def limits(asked: Question) -> list[Clause]:
    """Of every body: cases the viewer may see, without the subject's own."""
    filters = [access_clause(asked.viewer)]
    if asked.subject.id:
        filters.append({"bool": {"must_not": [{"term": {"id": asked.subject.id}}]}})
    if asked.before:
        filters.append({"range": {"received_at": {"lt": asked.before.isoformat()}}})
    return filters


def copies_body(asked: Question, norm: str, lsh: list[str]) -> Body:
    """The same text, or one that shares a part of the signature; most parts first."""
    ways = [_constant("norm_hash", norm, 100.0), *(_constant("lsh", token) for token in lsh)]
    return _body(asked, COPIES, should=ways)


def cited_body(asked: Question, numbers: list[str]) -> Body | None:
    """Cases the text names by number, and cases that name the subject's."""
    own = [
        number.upper() for number in (asked.subject.number, asked.subject.external_number) if number
    ]
    ways: list[Clause] = []
    if numbers:
        ways += [
            {"terms": {field: numbers}}
            for field in ("number", "source.external_number", "source.external_id")
        ]
    if own:
        ways.append({"terms": {"cited": own}})
    return _body(asked, COPIES, should=ways) if ways else None


def words_body(asked: Question) -> Body:
    """Texts that share the rarest words."""
    return _body(asked, WORDS, should=[_alike(asked.subject)])


def place_body(asked: Question) -> Body | None:
    """Cases of this street or within reach, those of the house, the theme and these days first."""
    where = place_clause(asked)
    if where is None:
        return None
    subject, ways = asked.subject, [*_house_ways(asked)]
    if subject.theme:
        ways.append(_constant("classifier.im_theme", subject.theme, 2.0))
    if subject.group:
        ways.append(_constant("classifier.im_group", subject.group, 1.0))
    origin = subject.received_at.isoformat() if subject.received_at else "now"
    fresh = {"field": "received_at", "origin": origin, "pivot": "14d", "boost": 3.0}
    ways.append({"distance_feature": fresh})
    body = _body(asked, PLACES, should=ways, least=0)
    body["query"]["bool"]["filter"].append(where)
    return body


def place_clause(asked: Question) -> Clause | None:
    """None where the subject names no place."""
    ways = [*_street_ways(asked), *_within(asked, "150m")]
    if not ways:
        return None
    clause: Clause = {"bool": {"should": ways, "minimum_should_match": 1}}
    for name in ("municipality", "settlement"):
        if value := getattr(asked.subject, name):
            clause["bool"].setdefault("filter", []).append(_is_or_missing(f"place.{name}", value))
    return clause


def _is_or_missing(field: str, value: str) -> Clause:
    missing = {"bool": {"must_not": [{"exists": {"field": field}}]}}
    return {"bool": {"should": [{"term": {field: value}}, missing], "minimum_should_match": 1}}


def _within(asked: Question, distance: str) -> list[Clause]:
    point = asked.spot.point
    if point is None:
        return []
    where = {"lat": point.lat, "lon": point.lon}
    fields = ("place.point", "spot.point")
    return [{"geo_distance": {"distance": distance, field: where}} for field in fields]


def _street_ways(asked: Question) -> list[Clause]:
    """`place.street` has a name's capitals and its ё, `spot.street` is folded."""
    key = asked.spot.street
    if key is None:
        return []
    given = {key, *_capitals(key)} | ({asked.subject.street} if asked.subject.street else set())
    return [{"terms": {"place.street": sorted(given)}}, {"term": {"spot.street": key}}]


def _capitals(key: str) -> set[str]:
    words = [word[:1].upper() + word[1:] for word in key.split()]
    return {" ".join(words), key[:1].upper() + key[1:]}


def _house_ways(asked: Question) -> list[Clause]:
    ways: list[Clause] = []
    if house := asked.spot.house:
        ways += [_constant(f"{part}.house", house, 4.0) for part in ("place", "spot")]
    near = _within(asked, "60m")
    return [*ways, *({"constant_score": {"filter": one, "boost": 4.0}} for one in near)]


def nearest_body(
    asked: Question, version: str, vector: list[float], *, within: Clause | None = None
) -> Body:
    """Nearest by meaning among vectors of the same mean; `within` narrows them, e.g. to a place."""
    filters = [*limits(asked), {"term": {"emb_ver": version}}, *([within] if within else [])]
    knn = {
        "field": "emb",
        "query_vector": vector,
        "k": NEAREST,
        "num_candidates": _LOOKED_AT,
        "filter": filters,
    }
    return {"knn": knn, "size": NEAREST, "_source": FIELDS, "track_total_hits": False}


ANSWER_FIELDS = [
    *("id", "number", "text", "title", "answers", "author.name", "place", "spot", "received_at"),
    *("state", "classifier.im_theme", "classifier.im_group", "workflow.department"),
]


SENT = ["id", "answers", "author.key", "author.name"]
"""Of a case that is known already."""


def answered_clause() -> Clause:
    """Cases a final answer was sent in; a missing state of an answer means it was."""
    answered = [{"exists": {"field": "answers.id"}}, {"terms": {"state": FINAL_STATES}}]
    return {"bool": {"filter": answered}}


def answered_body(asked: Question) -> Body:
    """Answered cases whose messages share words, theme, place."""
    subject, ways = asked.subject, [_alike(asked.subject)]
    if subject.theme:
        ways.append(_constant("classifier.im_theme", subject.theme, 4.0))
    if asked.spot.house:
        ways += _street_ways(asked)
    body = _body(asked, WORDS, should=ways)
    body["query"]["bool"]["filter"].append(answered_clause())
    return {**body, "_source": ANSWER_FIELDS}


def answered_nearest_body(asked: Question, version: str, vector: list[float]) -> Body:
    body = nearest_body(asked, version, vector, within=answered_clause())
    return {**body, "_source": ANSWER_FIELDS}


def by_ids_body(asked: Question, ids: list[str], fields: list[str] = FIELDS) -> Body:
    filters = [*limits(asked), {"terms": {"id": ids}}]
    return {"query": {"bool": {"filter": filters}}, "size": len(ids), "_source": fields}


def _alike(subject: Subject) -> Clause:
    said = f"{subject.title}\n{subject.text}" if subject.title else subject.text
    return {
        "more_like_this": {
            "fields": ["text.stem"],
            "like": fold(said[:_MOST_LIKE]),
            "min_term_freq": 1,
            "min_doc_freq": 1,
            "max_query_terms": _TERMS,
            "minimum_should_match": "30%",
        }
    }


def _body(asked: Question, size: int, *, should: list[Clause], least: int = 1) -> Body:
    found = {"filter": limits(asked), "should": should, "minimum_should_match": least}
    return {
        "query": {"bool": found},
        "size": size,
        "_source": FIELDS,
        "track_total_hits": False,
    }


def _constant(field: str, value: str, boost: float = 1.0) -> Clause:
    return {"constant_score": {"filter": {"term": {field: value}}, "boost": boost}}
