"""Bodies for the engine: where problems and messages are, gathered by squares of the map."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from app.board.map.params import Box, MapParams
from app.board.params import BoardParams
from app.board.query import board_body
from app.engine.access import access_clause
from app.engine.days import midnight, span_of_days
from app.viewer import Viewer

Body = dict[str, Any]
Clause = dict[str, Any]
MOST_PROBLEMS = 1_000
"""Of a map: the first of the list."""
_MOST_SQUARES = 500
_FINER = 3
"""A square is so many halvings smaller than a tile of 256 px: 32 px wide."""
STREETS = 30
_FIELDS = {
    "theme": "classifier.im_theme",
    "sector": "workflow.sector",
    "department": "workflow.department",
    "municipality": "place.municipality",
    "settlement": "place.settlement",
    "district": "place.district",
}
_ONLY_SHOWN = ("aggs", "track_total_hits")


def problems_body(params: BoardParams, viewer: Viewer | None, now: datetime) -> Body:
    """Those of the board's list, as many as a map holds."""
    body = board_body(params, viewer, now)
    kept = {name: part for name, part in body.items() if name not in _ONLY_SHOWN}
    return {**kept, "from": 0, "size": MOST_PROBLEMS, "track_total_hits": True}


def middles_body(ids: Collection[str], viewer: Viewer | None, box: Box) -> Body:
    """The middle of each problem's messages that the viewer sees within the box."""
    found = [
        access_clause(viewer),
        {"terms": {"problem.id": list(ids)}},
        _within("spot.point", box),
    ]
    middle = {"middle": {"geo_centroid": {"field": "spot.point"}}}
    return {
        "query": {"bool": {"filter": found}},
        "size": 0,
        "track_total_hits": False,
        "aggs": {
            "of": {"terms": {"field": "problem.id", "size": max(1, len(ids))}, "aggs": middle}
        },
    }


def squares_body(
    params: MapParams, viewer: Viewer | None, now: datetime, box: Box, zoom: int
) -> Body:
    """Messages by squares, each with its middle."""
    grid = {"field": "place.point", "precision": zoom + _FINER, "size": _MOST_SQUARES}
    middle = {"middle": {"geo_centroid": {"field": "place.point"}}}
    found = [*messages(params, viewer, now), _within("place.point", box)]
    return {
        "query": {"bool": {"filter": found}},
        "size": 0,
        "track_total_hits": True,
        "aggs": {"squares": {"geotile_grid": grid, "aggs": middle}},
    }


def overview_body(params: MapParams, viewer: Viewer | None, now: datetime) -> Body:
    """How far the messages reach, and the streets that are named most."""
    streets = {"field": "place.street", "size": STREETS}
    return {
        "query": {"bool": {"filter": messages(params, viewer, now)}},
        "size": 0,
        "track_total_hits": True,
        "aggs": {
            "reach": {"geo_bounds": {"field": "place.point"}},
            "pointless": {"missing": {"field": "place.point"}},
            "streets": {"terms": streets},
        },
    }


def messages(params: MapParams, viewer: Viewer | None, now: datetime) -> list[Clause]:
    board = params.board
    found: list[Clause] = [access_clause(viewer)]
    found += [
        {"terms": {field: list(board.values(name))}}
        for name, field in _FIELDS.items()
        if board.values(name)
    ]
    if board.since and board.until:
        return [
            *found,
            {"range": {"received_at": span_of_days(board.since, board.until, now.tzinfo)}},
        ]
    if board.since:
        found.append({"range": {"received_at": {"gte": midnight(board.since, now.tzinfo)}}})
    if board.until:
        found.append({"range": {"received_at": span_of_days(board.until, board.until, now.tzinfo)}})
        found[-1]["range"]["received_at"].pop("gte")
    return found


def _within(field: str, box: Box) -> Clause:
    corners = {
        "top_left": {"lat": box.north, "lon": box.west},
        "bottom_right": {"lat": box.south, "lon": box.east},
    }
    return {"geo_bounding_box": {field: corners}}
