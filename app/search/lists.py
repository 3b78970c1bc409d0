"""The three lists of one question, and the cases of a page by their ids: pure, to bodies."""

from collections.abc import Collection, Sequence
from typing import Any

from app.engine.access import access_clause
from app.search.clauses import meant_filters, member_clause, piece_clauses, word_clauses
from app.search.fusion import DEPTH
from app.search.params import Sort
from app.search.pieces import Clause
from app.search.query import SORTS
from app.search.steps import STEPS
from app.search.understanding import Understood
from app.viewer import Viewer

Body = dict[str, Any]

CANDIDATES = 200
"""Vectors looked at for `DEPTH`: recall@10 against exact search 0.957 of 100,000."""
OVERSAMPLE = 2.0
"""The index keeps vectors in 8 bits: the nearest twice as many are measured again in full. XQuAD
0.835 without, 0.837 with it."""
BY_WORDS = "words"
"""Name of the clause that tells whether a case near in meaning is also found by words."""


def listed_by_words(body: Body, asked: Understood, step: int) -> Body:
    """`body` is a whole search of these words (`app.search.query.build_query`)."""
    return _listed(body, word_clauses(asked, STEPS[step]))


def listed_by_pieces(body: Body, asked: Understood) -> Body:
    return _listed(body, piece_clauses(asked))


def after_words(by_words: Body, place: Sequence[Any], size: int) -> Body:
    """The list by words from behind `place` (from its beginning where that is empty)."""
    behind = {"search_after": list(place)} if place else {}
    return {**by_words, "size": size, **behind}


def listed_by_meaning(
    body: Body,
    asked: Understood,
    step: int,
    viewer: Viewer | None,
    vector: Sequence[float],
    ver: str,
) -> Body:
    """The nearest cases that `viewer` may see, of those that have a vector of this kind."""
    limits = [
        access_clause(viewer),
        {"term": {"emb_ver": ver}},
        *meant_filters(asked, STEPS[step]),
        *_chosen(body),
    ]
    near = {
        "field": "emb",
        "query_vector": list(vector),
        "k": DEPTH,
        "num_candidates": CANDIDATES,
        "rescore_vector": {"oversample": OVERSAMPLE},
        "filter": limits,
    }
    member = {"filter": member_clause(asked, STEPS[step]), "boost": 0, "_name": BY_WORDS}
    told = {"must": [{"knn": near}], "should": [{"constant_score": member}]}
    return {"query": {"bool": told}, "size": DEPTH, "_source": False, "track_total_hits": False}


def page_by_ids(body: Body, ids: Collection[str], viewer: Viewer | None) -> Body:
    """What a list shows of these cases, in no order."""
    found = {"filter": [access_clause(viewer), {"ids": {"values": list(ids)}}]}
    shown = {name: body[name] for name in ("_source", "highlight")}
    return {"query": {"bool": found}, "size": len(ids), "track_total_hits": False, **shown}


def _listed(body: Body, rank: list[Clause]) -> Body:
    found = body["query"]["bool"]["filter"]
    ranked = {"filter": [*found, *_chosen(body)], "should": rank, "minimum_should_match": 0}
    return {
        "query": {"bool": ranked},
        "size": DEPTH,
        "sort": SORTS[Sort.RELEVANCE],
        "_source": False,
        "track_total_hits": False,
    }


def _chosen(body: Body) -> list[Clause]:
    """The filters that a person chose."""
    return [body["post_filter"]] if "post_filter" in body else []
