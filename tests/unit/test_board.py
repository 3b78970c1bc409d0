"""The rules of the board that need no engine: pictures, squares of the map, own boundaries."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.board.map.boundaries import read_boundaries
from app.board.map.clusters import Spot, gathered, kept_apart
from app.board.params import parse_board
from app.board.problem.timeline import LEAST, timeline, usual_range
from app.board.sparkline import SPAN, sparkline
from app.errors import BadInputError
from app.web.security import SECURITY_HEADERS, security_headers

TODAY = date(2026, 3, 10)


def test_the_usual_range_follows_the_earlier_days_only() -> None:
    steady = usual_range([2] * 20)
    assert steady[:LEAST] == [None] * LEAST
    last = steady[-1]
    assert last
    assert (last.low, last.high) == (2, 3)
    assert usual_range([2] * 20 + [50])[-1] == last, "a day says nothing of itself"


@given(st.lists(st.integers(0, 1000), max_size=90))
def test_the_usual_range_lies_around_something(counts: list[int]) -> None:
    for one in filter(None, usual_range(counts)):
        assert 0 <= one.low < one.high <= 1000 * 4 + 1


def test_a_long_timeline_is_told_by_weeks_and_loses_nothing() -> None:
    days = {TODAY - timedelta(days=ago): 1 + ago % 3 for ago in range(0, 400, 7)}
    line = timeline("p1", days, TODAY)
    assert line
    assert line.step == "по неделям"
    assert sum(bar.count for bar in line.bars) == sum(days.values())
    assert "problem=p1" in line.bars[0].url
    short = timeline("p1", {TODAY: 9}, TODAY)
    assert short
    assert (short.step, short.band, len(short.bars)) == ("по дням", "", 1)
    assert timeline("p1", {}, TODAY) is None


def test_a_sparkline_says_in_words_what_it_draws() -> None:
    days = {TODAY: 5, TODAY - timedelta(days=SPAN - 1): 2, TODAY - timedelta(days=SPAN): 90}
    drawn = sparkline(days, TODAY)
    assert drawn.path.count("M") == 2
    assert drawn.words == "За 60 дней 7\u00a0сообщений, из них за неделю 5"
    assert sparkline({}, TODAY).path == ""


@given(
    st.lists(st.tuples(st.floats(-85, 85), st.floats(-179, 179), st.booleans()), max_size=40),
    st.integers(0, 19),
)
def test_squares_of_the_map_keep_every_problem(
    places: list[tuple[float, float, bool]], zoom: int
) -> None:
    spots = [Spot(lat, lon, 3, "Яма", "/problems/p", "new", up) for lat, lon, up in places]
    alone, clusters = gathered(spots, zoom)
    assert len(alone) + sum(one.count for one in clusters) == len(spots)
    assert all(one.count > 1 for one in clusters)
    told = [*alone, *clusters]
    assert sum(one.growing for one in told) == sum(one.growing for one in spots), "none is hidden"
    again = kept_apart(clusters, zoom)
    assert len(again) == len(clusters), "no circle covers another"


SQUARE: list[Any] = [[37.1, 55.1], [37.2, 55.1], [37.2, 55.2], [37.1, 55.1]]


def boundary(kind: str, coordinates: Any, **properties: Any) -> bytes:
    shape = {"type": kind, "coordinates": coordinates}
    one = {"type": "Feature", "properties": properties, "geometry": shape}
    return json.dumps({"type": "FeatureCollection", "features": [one]}).encode()


def test_boundaries_keep_lines_areas_and_names_only() -> None:
    read = read_boundaries(boundary("Polygon", [SQUARE], name="Центр", phone="+79991234567"))
    assert read["features"][0]["properties"] == {"name": "Центр"}
    assert read["features"][0]["geometry"]["coordinates"] == [SQUARE]
    assert read_boundaries(json.dumps({"type": "LineString", "coordinates": SQUARE}).encode())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfe", "не читается"),
        (b"[" * 100_000, "не читается"),
        (b"[]", "нужен FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": []}', "ни одной"),
        (boundary("Point", [37, 55]), "только линии"),
        (boundary("Polygon", []), "нет точек"),
        (boundary("Polygon", [[["37", "55"]]]), "долгота и широта"),
        (boundary("Polygon", [[[412000, 6180000]]]), "WGS 84"),
        (boundary("LineString", [[37.1, 55.1]] * 100_001), "100000 точек"),
        (b" " * 5_000_001, "больше 5 МБ"),
    ],
)
def test_what_is_no_boundary_is_refused_in_russian(data: bytes, told: str) -> None:
    with pytest.raises(BadInputError, match=told):
        read_boundaries(data)


def test_an_address_of_the_board_is_its_state() -> None:
    pairs = [("show", "stale"), ("theme", "Ямы"), ("theme", "Мусор"), ("from", "2026-01-02")]
    params = parse_board([*pairs, ("page", "3"), ("unknown", "x")])
    assert params.pairs() == [*pairs, ("page", "3")]
    assert params.toggled("theme", "Ямы").values("theme") == ("Мусор",)
    assert params.toggled("theme", "Ямы").page == 1


def test_pictures_come_from_outside_only_where_a_tile_server_is_named() -> None:
    assert security_headers("") == SECURITY_HEADERS
    assert security_headers("javascript:alert(1)") == SECURITY_HEADERS
    policy = security_headers("https://{s}.tiles.example.ru/{z}/{x}/{y}.png")
    assert "img-src 'self' data: https://*.tiles.example.ru;" in policy["content-security-policy"]
    assert policy["content-security-policy"].count("tiles") == 1
