"""Answers of the engine → shares that are compared: pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.cases.streets import street_name
from app.causes.factors import FactorKind, Share
from app.causes.models import WeatherKind
from app.causes.times import time_shares

Answer = Mapping[str, Any]

_MARKS = {
    "reworked": (FactorKind.REWORKED, "ответ возвращали на доработку"),
    "returned": (FactorKind.RETURNED, "возвращали «не наше»"),
    "overdue": (FactorKind.OVERDUE, "ответ опоздал"),
}


def shares(
    inside: Answer,
    outside: Answer,
    zone: ZoneInfo,
    weather: Mapping[date, frozenset[WeatherKind]],
) -> list[Share]:
    totals = int(inside["hits"]["total"]["value"]), int(outside["hits"]["total"]["value"])
    mine, theirs = inside["aggregations"], outside["aggregations"]
    found = [*_filtered(mine, theirs, totals), *_departments(mine, theirs, totals)]
    return [*found, *time_shares(_hours(mine, zone), _hours(theirs, zone), weather)]


def _filtered(mine: Answer, theirs: Answer, totals: tuple[int, int]) -> Iterator[Share]:
    for name, bucket in mine["shares"]["buckets"].items():
        kind, what = _named(name, bucket)
        counted = int(bucket["doc_count"]), int(theirs["shares"]["buckets"][name]["doc_count"])
        yield Share(kind, what, counted[0], totals[0], counted[1], totals[1])


def _named(name: str, bucket: Answer) -> tuple[FactorKind, str]:
    if name in _MARKS:
        return _MARKS[name]
    kind, _, key = name.partition(":")
    street, _, house = key.partition("|")
    return FactorKind(kind), street_name(street, bucket) + (f", дом {house}" if house else "")


def _departments(mine: Answer, theirs: Answer, totals: tuple[int, int]) -> Iterator[Share]:
    others = {one["key"]: one["doc_count"] for one in theirs["departments"]["buckets"]}
    for one in mine["departments"]["buckets"]:
        counted = int(one["doc_count"]), int(others.get(one["key"], 0))
        yield Share(
            FactorKind.DEPARTMENT,
            f"у ведомства «{one['key']}»",
            counted[0],
            totals[0],
            counted[1],
            totals[1],
        )


def _hours(answer: Answer, zone: ZoneInfo) -> dict[datetime, int]:
    return {
        datetime.fromtimestamp(one["key"] / 1000, zone): int(one["doc_count"])
        for one in answer["hours"]["buckets"]
    }
