"""What the page of the map shows: words and addresses ready to print."""

from dataclasses import dataclass, replace
from datetime import date

from app.board.contexts import STATE_LOOKS, RowView, StateView, board_view, chosen, state_view
from app.board.map.params import MapParams, What
from app.board.map.query import MOST_PROBLEMS
from app.board.map.service import Overview
from app.board.params import BoardParams, Show
from app.board.results import Board
from app.cases.directory import Directory
from app.permissions import Permission
from app.problems.models import LIVING
from app.viewer import Viewer
from app.web.links import Link
from app.web.urls import url_with

_WHAT_NAMES = {What.PROBLEMS: "Проблемы", What.MESSAGES: "Сообщения"}
_SEARCHED = {"theme", "department", "municipality", "settlement", "district", "from", "to"}
"""Filters that the search has under the same name."""


@dataclass(frozen=True)
class MapView:
    params: MapParams
    choices: list[Link]
    lists: list[Link]
    chips: list[Link]
    clear_url: str
    rows: list[RowView]
    total: int
    most: int
    overview: Overview
    streets: list[Link]
    reach: str
    """South, west, north, east; empty where nothing has a point."""
    points_url: str
    boundaries_url: str
    board_url: str
    legend: list[tuple[str, StateView]]
    """Codes of states and how their points look."""
    tiles: str
    may_load: bool
    has_boundaries: bool
    broken: str


def map_view(
    params: MapParams,
    board: Board,
    overview: Overview,
    viewer: Viewer,
    people: Directory,
    today: date,
) -> MapView:
    shown = board_view(params.board, board, viewer, people, today)
    return MapView(
        params=params,
        choices=[_what(params, what) for what in What],
        lists=[_list(params, show, one) for show, one in zip(_SHOWS, shown.lists, strict=True)],
        chips=[
            Link(label, replace(params, board=without).address(), selected=True)
            for label, without in chosen(params.board, people)
        ],
        clear_url=replace(params, board=BoardParams(show=params.board.show)).address(),
        rows=shown.rows,
        total=board.total,
        most=MOST_PROBLEMS,
        overview=overview,
        streets=[_street(params, *one) for one in overview.streets],
        reach=",".join(f"{one:.5f}" for one in overview.reach) if overview.reach else "",
        points_url=params.address("/problems/map/points"),
        boundaries_url="/problems/map/boundaries",
        board_url=params.board.address,
        legend=[(state.value, state_view(state)) for state in _STATES],
        tiles="",
        may_load=viewer.may(Permission.BOOKS_EDIT),
        has_boundaries=False,
        broken="",
    )


_STATES = tuple(state for state in STATE_LOOKS if state in LIVING)
_SHOWS = (Show.GROWING, Show.NEW, Show.STALE, Show.RETURNED, Show.ALL)
"""In the order of the board's tabs."""


def _what(params: MapParams, what: What) -> Link:
    return Link(_WHAT_NAMES[what], replace(params, what=what).address(), what is params.what)


def _list(params: MapParams, show: Show, tab: Link) -> Link:
    there = replace(params, board=replace(params.board, show=show))
    return Link(tab.label, there.address(), tab.selected, tab.count)


def _street(params: MapParams, street: str, count: int) -> Link:
    pairs = [pair for pair in params.board.pairs() if pair[0] in _SEARCHED]
    return Link(street, url_with("/search", pairs, street=street), selected=False, count=count)
