"""A page of a search by words and meaning: three lists in one request, one order of them.

The order reaches as deep as the lists do. Behind it stands what is found by words and was in no
list, so that the whole list is all that the total tells, and what is near in meaning besides.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from app.search import lists
from app.search.clauses import NUMBER_WEIGHT
from app.search.cursor import Place
from app.search.fusion import (
    DEPTH,
    EVEN,
    LEAST_COSINE,
    NEAREST_COSINE,
    Listed,
    Weights,
    fuse,
)
from app.search.query import counts_only
from app.search.results import Page
from app.search.shown import mark
from app.search.understanding import Understood
from app.viewer import Viewer

Body = dict[str, Any]
AskAll = Callable[[list[Body]], Awaitable[list[Body]]]


_LONGEST_HEAD = 3 * DEPTH
"""Rows after which an order that writes keep changing is left for the one by words."""


class Meant(Struct, frozen=True):
    """The question as a vector, and what it weighs."""

    weights: Weights
    version: str
    vector: list[float]


class Wanted(Struct, frozen=True):
    """One page that is asked for."""

    body: Body
    """The whole search of these words, with filters and counts."""
    asked: Understood
    viewer: Viewer | None
    step: int
    size: int
    place: Place | None

    @property
    def shown(self) -> frozenset[bytes]:
        return (self.place and self.place.shown) or frozenset()


class _Row(Struct, frozen=True):
    id: str
    score: float
    sort: list[Any] | None = None
    """Its place in the list by words, of a row from behind the order."""


class _Head(Struct, frozen=True):
    """The order as deep as the lists reach."""

    rows: list[_Row]
    by_meaning: frozenset[str] = frozenset()
    last: list[Any] | None = None
    """Where the list by words was cut; None where it has nothing more."""


async def hybrid_page(ask_all: AskAll, wanted: Wanted, meant: Meant | None) -> Page:
    """Without `meant` a page begun by meaning goes on by words: nothing is lost, nothing twice."""
    counts, head = await _head(ask_all, wanted, meant)
    rows = [row for row in head.rows if mark(row.id) not in wanted.shown]
    if len(rows) <= wanted.size and head.last is not None:
        rows += await _tail(ask_all, wanted, head)
    page, rest = rows[: wanted.size], rows[wanted.size :]
    near = wanted.place.near if wanted.place else len(head.by_meaning)
    [found] = await ask_all([lists.page_by_ids(wanted.body, [r.id for r in page], wanted.viewer)])
    return Page(
        answer=_joined(counts, found, page),
        step=wanted.step,
        after=_after(wanted, page, near) if rest else None,
        near=near,
        by_meaning=head.by_meaning,
    )


async def _head(ask_all: AskAll, wanted: Wanted, meant: Meant | None) -> tuple[Body, _Head]:
    counts = counts_only(wanted.body)
    behind = wanted.place.values if wanted.place else []
    if behind or meant is None or len(wanted.shown) >= _LONGEST_HEAD:
        [counted] = await ask_all([counts])
        return counted, _Head([], last=behind)
    asked, step = wanted.asked, wanted.step
    counted, words, pieces, near = await ask_all(
        [
            counts,
            lists.listed_by_words(wanted.body, asked, step),
            lists.listed_by_pieces(wanted.body, asked),
            lists.listed_by_meaning(
                wanted.body, asked, step, wanted.viewer, meant.vector, meant.version
            ),
        ]
    )
    slow = any(answer["timed_out"] for answer in (words, pieces, near))
    counted = {**counted, "timed_out": counted["timed_out"] or slow}
    return counted, _ordered(words, pieces, near, meant.weights)


def _ordered(words: Body, pieces: Body, near: Body, weights: Weights) -> _Head:
    by_words, by_pieces = _listed(words), _listed(pieces)
    members = {name for name, _ in (*by_words, *by_pieces)}
    alone = {
        hit["_id"]: hit["_score"]
        for hit in near["hits"]["hits"]
        if lists.BY_WORDS not in hit.get("matched_queries", ()) and hit["_id"] not in members
    }
    weak = {name for name, score in alone.items() if _cosine(score) < LEAST_COSINE}
    if weights == EVEN:
        nearest = near["hits"]["hits"][:1]
        weak -= {hit["_id"] for hit in nearest if _cosine(hit["_score"]) >= NEAREST_COSINE}
    exact = [name for name, score in by_words if score >= NUMBER_WEIGHT]
    by_meaning = [(hit["_id"], hit["_score"]) for hit in near["hits"]["hits"]]
    fused = fuse([by_words, by_pieces, by_meaning], weights, exact)
    rows = [_Row(name, score) for name, score in fused if name not in weak]
    cut = words["hits"]["hits"][-1]["sort"] if len(by_words) == DEPTH else None
    return _Head(rows, frozenset(alone.keys() - weak), cut)


def _listed(answer: Body) -> list[Listed]:
    return [(hit["_id"], float(hit["sort"][0])) for hit in answer["hits"]["hits"]]


def _cosine(score: float) -> float:
    """Of the engine's score of a `dot_product`."""
    return 2 * score - 1


async def _tail(ask_all: AskAll, wanted: Wanted, head: _Head) -> list[_Row]:
    """What is found by words only, from where the list by words was cut.

    Asked for with as many more as may have been shown already.
    """
    passed = wanted.shown | {mark(row.id) for row in head.rows}
    by_words = lists.listed_by_words(wanted.body, wanted.asked, wanted.step)
    size = wanted.size + 1 + len(passed)
    [answer] = await ask_all([lists.after_words(by_words, head.last or [], size)])
    return [
        _Row(hit["_id"], 0.0, hit["sort"])
        for hit in answer["hits"]["hits"]
        if mark(hit["_id"]) not in passed
    ]


def _after(wanted: Wanted, page: list[_Row], near: int) -> Place:
    shown = wanted.shown | {mark(row.id) for row in page if row.sort is None}
    values: list[Any] = []
    if page and page[-1].sort is not None:
        values = page[-1].sort
    return Place(values, wanted.step, shown, near)


def _joined(counts: Body, found: Body, page: list[_Row]) -> Body:
    """One answer; a case that is gone or was taken from sight meanwhile is left out."""
    hits = {hit["_id"]: hit for hit in found["hits"]["hits"]}
    rows = [{**hits[row.id], "sort": [row.score]} for row in page if row.id in hits]
    return {
        "took": counts["took"] + found["took"],
        "timed_out": counts["timed_out"] or found["timed_out"],
        "hits": {"hits": rows, "total": counts["hits"]["total"]},
        "aggregations": counts["aggregations"],
    }
