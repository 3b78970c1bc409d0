"""From the engine's answers to problems with what their cases tell."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from msgspec import Struct, field

from app.board.params import FACETS, BoardParams, Show
from app.growth.service import Growing
from app.problems.models import Problem

Answer = Mapping[str, Any]


class Told(Struct, frozen=True):
    """Of a problem, counted over the cases the viewer sees: equal to the list they lead to."""

    messages: int = 0
    authors: int = 0
    """Whoever names no name counts as one more."""
    copies: int = 0
    open: int = 0
    first: datetime | None = None
    last: datetime | None = None
    days: dict[date, int] = field(default_factory=dict)


class Row(Struct, frozen=True):
    problem: Problem
    told: Told
    grown: Growing | None = None
    """Its growth, as the viewer sees it."""


class WalkedBoard(Struct, frozen=True):
    """A page of the whole list."""

    total: int
    rows: list[Row]


class Value(Struct, frozen=True):
    value: str
    count: int


class Board(Struct, frozen=True):
    total: int
    rows: list[Row]
    lists: dict[Show, int]
    """Problems of each list under the chosen filters."""
    facets: dict[str, list[Value]]


def to_problem(source: Mapping[str, Any]) -> Problem:
    return msgspec.convert(source, Problem)


def problems_in(answer: Answer) -> list[Problem]:
    return [to_problem(hit["_source"]) for hit in answer["hits"]["hits"]]


def read_board(params: BoardParams, answer: Answer, rows: list[Row]) -> Board:
    aggs = answer["aggregations"]
    lists = aggs["lists"]["of"]["buckets"]
    return Board(
        total=int(answer["hits"]["total"]["value"]),
        rows=rows,
        lists={show: int(lists[show.value]["doc_count"]) for show in Show},
        facets={name: _values(params, name, aggs[name]["values"]) for name in FACETS},
    )


def _values(params: BoardParams, name: str, answer: Answer) -> list[Value]:
    """Chosen values first, also those that no problem has now."""
    counts = {bucket["key"]: int(bucket["doc_count"]) for bucket in answer["buckets"]}
    chosen = {value: counts.pop(value, 0) for value in params.values(name)}
    return [Value(key, count) for key, count in (*chosen.items(), *counts.items())]


def told_of_each(answer: Answer) -> dict[str, Told]:
    buckets = answer["aggregations"]["of"]["buckets"]
    return {one["key"]: told_of(one, one["doc_count"], one["picture"]["days"]) for one in buckets}


def told_of(aggs: Answer, messages: int, by_day: Answer) -> Told:
    return Told(
        messages=messages,
        authors=int(aggs["authors"]["value"]) + int(aggs["nameless"]["doc_count"]),
        copies=int(aggs["copies"]["doc_count"]),
        open=int(aggs["open"]["doc_count"]),
        first=_moment(aggs["first"]["value"]),
        last=_moment(aggs["last"]["value"]),
        days=counted_days(by_day),
    )


def counted_days(answer: Answer) -> dict[date, int]:
    buckets = answer["buckets"]
    return {date.fromisoformat(one["key_as_string"]): one["doc_count"] for one in buckets}


def _moment(milliseconds: float | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
