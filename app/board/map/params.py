"""What the map shows, within which box, how near: typed."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from app.board.params import BoardParams, parse_board
from app.errors import BadInputError
from app.numbers import whole_number

_DEEPEST_ZOOM = 19


class What(StrEnum):
    PROBLEMS = "problems"
    MESSAGES = "messages"


@dataclass(frozen=True)
class Box:
    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True)
class MapParams:
    what: What
    board: BoardParams
    """Filters and period; of messages only theme, territory, department and period count."""

    def pairs(self) -> list[tuple[str, str]]:
        found = [] if self.what is What.PROBLEMS else [("what", self.what.value)]
        return [*found, *(pair for pair in self.board.pairs() if pair[0] not in {"page", "size"})]

    def address(self, path: str = "/problems/map") -> str:
        query = urlencode(self.pairs())
        return f"{path}?{query}" if query else path


def parse_map(pairs: Iterable[tuple[str, str]]) -> MapParams:
    """Raises `BadInputError` naming the field."""
    listed = list(pairs)
    what = dict(listed).get("what") or What.PROBLEMS.value
    if what not in set(What):
        raise BadInputError("Такого на карте нет.", field="what")
    return MapParams(What(what), parse_board(listed).first)


def parse_box(pairs: Iterable[tuple[str, str]]) -> tuple[Box, int]:
    """The part of the map that is seen, and its zoom."""
    given = dict(pairs)
    south, west, north, east = (
        _degrees(given, name, most)
        for name, most in (("south", 90), ("west", 180), ("north", 90), ("east", 180))
    )
    zoom = whole_number(given.get("zoom", ""), _DEEPEST_ZOOM)
    if zoom is None:
        raise BadInputError("Масштаб карты не понят.", field="zoom")
    if south >= north or west >= east:
        raise BadInputError("Часть карты задана неверно.", field="south")
    return Box(south, west, north, east), zoom


def _degrees(given: dict[str, str], name: str, most: int) -> float:
    try:
        value = float(given.get(name, ""))
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise BadInputError("Часть карты задана неверно.", field=name)
    return max(-most, min(most, value))
