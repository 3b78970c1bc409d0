"""What lies where: for the map and the list beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.board.map.clusters import Cluster, Spot, gathered, kept_apart
from app.board.map.params import Box, MapParams, What
from app.board.map.query import middles_body, overview_body, problems_body, squares_body
from app.board.results import problems_in
from app.engine.client import Engine
from app.engine.names import Index
from app.problems.models import Problem
from app.viewer import Viewer

Answer = Mapping[str, Any]


class Drawn(Struct, frozen=True):
    points: list[Spot]
    clusters: list[Cluster]


class Overview(Struct, frozen=True):
    """`reach`: south, west, north, east; None where nothing has a point."""

    total: int
    pointless: int
    reach: tuple[float, float, float, float] | None
    streets: list[tuple[str, int]]


async def draw(
    engine: Engine, params: MapParams, viewer: Viewer, zone: ZoneInfo, box: Box, zoom: int
) -> Drawn:
    now = datetime.now(zone)
    if params.what is What.MESSAGES:
        body = squares_body(params, viewer, now, box, zoom)
        answer = await engine.search(Index.CASES, body)
        squares = answer["aggregations"]["squares"]["buckets"]
        return Drawn([], kept_apart([_square(one) for one in squares], zoom))
    points, clusters = gathered(await _spots(engine, params, viewer, now, box), zoom)
    return Drawn(points, clusters)


async def overlook(engine: Engine, params: MapParams, viewer: Viewer, zone: ZoneInfo) -> Overview:
    answer = await engine.search(Index.CASES, overview_body(params, viewer, datetime.now(zone)))
    aggs = answer["aggregations"]
    return Overview(
        total=int(answer["hits"]["total"]["value"]),
        pointless=int(aggs["pointless"]["doc_count"]),
        reach=_reach(aggs["reach"]),
        streets=[(str(one["key"]), int(one["doc_count"])) for one in aggs["streets"]["buckets"]],
    )


async def _spots(
    engine: Engine, params: MapParams, viewer: Viewer, now: datetime, box: Box
) -> list[Spot]:
    """Where each problem's messages lie that this person sees."""
    answer = await engine.search(Index.PROBLEMS, problems_body(params.board, viewer, now))
    found = {one.id: one for one in problems_in(answer)}
    if not found:
        return []
    middles = await engine.search(Index.CASES, middles_body(found, viewer, box))
    return [_spot(one, found[one["key"]]) for one in middles["aggregations"]["of"]["buckets"]]


def _spot(bucket: Answer, problem: Problem) -> Spot:
    middle = bucket["middle"]["location"]
    return Spot(
        middle["lat"],
        middle["lon"],
        bucket["doc_count"],
        problem.shown_title,
        f"/problems/{problem.id}",
        problem.state.value,
        problem.growing,
    )


def _square(bucket: Answer) -> Cluster:
    middle = bucket["middle"]["location"]
    return Cluster(middle["lat"], middle["lon"], bucket["doc_count"])


def _reach(answer: Answer) -> tuple[float, float, float, float] | None:
    if "bounds" not in answer:
        return None
    first, last = answer["bounds"]["top_left"], answer["bounds"]["bottom_right"]
    return last["lat"], first["lon"], first["lat"], last["lon"]
