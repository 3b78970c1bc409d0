"""From the engine's answer to days, and to a table of themes and territories."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from app.board.heat.params import HeatParams, Level
from app.board.heat.query import FIELDS
from app.board.results import counted_days

Answer = Mapping[str, Any]


class Heat(Struct, frozen=True):
    days: dict[date, int]
    level: Level
    levels: list[Level]
    """Of which there is more than one territory, and the shown one."""
    territories: list[str]
    themes: list[str]
    cells: dict[tuple[str, str], int]
    """Theme and territory → messages."""
    choices: dict[str, list[str]]


def read_heat(params: HeatParams, answer: Answer) -> Heat:
    aggs = answer["aggregations"]
    there = aggs["there"]
    several = [level for level in Level if len(there[level.value]["buckets"]) > 1]
    level = params.level or next(iter(several), Level.MUNICIPALITY)
    themes = there["themes"]["buckets"]
    return Heat(
        days=counted_days(aggs["calendar"]["days"]),
        level=level,
        levels=[one for one in Level if one in several or one is level],
        territories=_keys(there[level.value]),
        themes=_keys(there["themes"]),
        cells={
            (theme["key"], one["key"]): one["doc_count"]
            for theme in themes
            for one in theme[level.value]["buckets"]
        },
        choices={name: sorted(_keys(aggs["choices"][name])) for name in FIELDS},
    )


def _keys(terms: Answer) -> list[str]:
    return [str(one["key"]) for one in terms["buckets"]]
