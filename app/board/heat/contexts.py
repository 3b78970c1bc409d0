"""What the page of the heat maps shows: cells with their numbers, shades and addresses."""

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.board.heat.params import WEEKS, HeatParams, Level
from app.board.heat.query import first_day
from app.board.heat.results import Heat
from app.web.filters import counted
from app.web.links import Link
from app.web.urls import url_with

SHADES = 4
DAYS = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")
LEVEL_NAMES = {
    Level.MUNICIPALITY: "муниципалитеты",
    Level.SETTLEMENT: "населённые пункты",
    Level.DISTRICT: "районы",
}
_CHOICE_TITLES = {
    "theme": "Тема",
    "municipality": "Муниципалитет",
    "settlement": "Населённый пункт",
    "district": "Район",
}


@dataclass(frozen=True)
class Cell:
    count: int
    shade: int
    """0 for none, then 1 to `SHADES`."""
    url: str
    words: str
    future: bool = False


@dataclass(frozen=True)
class Line:
    title: str
    url: str
    cells: list[Cell]


@dataclass(frozen=True)
class Choice:
    name: str
    title: str
    value: str
    options: list[str]


@dataclass(frozen=True)
class HeatView:
    params: HeatParams
    total: int
    weeks: list[str]
    """The Monday of each column."""
    calendar: list[Line]
    territories: list[Link]
    themes: list[Line]
    levels: list[Link]
    spans: list[Link]
    choices: list[Choice]
    narrowed: bool


def heat_view(params: HeatParams, heat: Heat, today: date) -> HeatView:
    start = first_day(params, today)
    mondays = [start + timedelta(weeks=week) for week in range(params.weeks)]
    return HeatView(
        params=params,
        total=sum(heat.days.values()),
        weeks=[f"{monday:%d.%m}" for monday in mondays],
        calendar=_calendar(params, heat, mondays, today),
        territories=[_territory(params, heat, name) for name in heat.territories],
        themes=_themes(params, heat, start, today),
        levels=[_level(params, heat, level) for level in heat.levels],
        spans=[_span(params, weeks) for weeks in WEEKS],
        choices=[
            Choice(name, title, params.value(name), heat.choices[name])
            for name, title in _CHOICE_TITLES.items()
            if len(heat.choices[name]) > 1 or params.value(name)
        ],
        narrowed=bool(params.pairs()),
    )


def shades(counts: Collection[int]) -> list[int]:
    """Where each shade but the first begins: quarters of the counts that are not nought."""
    known = sorted(count for count in counts if count)
    return [known[len(known) * part // SHADES] for part in range(1, SHADES)] if known else []


def _shade(count: int, starts: list[int]) -> int:
    return 1 + bisect_right(starts, count - 1) if count else 0


def _calendar(params: HeatParams, heat: Heat, mondays: list[date], today: date) -> list[Line]:
    starts = shades(heat.days.values())
    chosen = _searched(params)
    lines = []
    for place, title in enumerate(DAYS):
        cells = []
        for monday in mondays:
            day = monday + timedelta(days=place)
            count = heat.days.get(day, 0)
            period = {"from": day.isoformat(), "to": day.isoformat()}
            words = f"{day:%d.%m.%Y}: {_messages(count)}"
            url = url_with("/search", chosen, **period)
            cells.append(Cell(count, _shade(count, starts), url, words, day > today))
        lines.append(Line(title, "", cells))
    return lines


def _themes(params: HeatParams, heat: Heat, start: date, today: date) -> list[Line]:
    starts = shades(heat.cells.values())
    period = {"from": start.isoformat(), "to": today.isoformat()}
    lines = []
    for theme in heat.themes:
        cells = []
        for territory in heat.territories:
            count = heat.cells.get((theme, territory), 0)
            there = _searched(replace(params, theme=theme), (heat.level.value, territory))
            words = f"{theme}, {territory}: {_messages(count)}"
            cells.append(
                Cell(count, _shade(count, starts), url_with("/search", there, **period), words)
            )
        board = url_with("/problems", [("theme", theme)])
        lines.append(Line(theme, board, cells))
    return lines


def _searched(params: HeatParams, *more: tuple[str, str]) -> list[tuple[str, str]]:
    names = dict(pair for pair in params.pairs() if pair[0] not in {"level", "weeks"}) | dict(more)
    return list(names.items())


def _territory(params: HeatParams, heat: Heat, name: str) -> Link:
    """Chooses it, or lets it go where it was chosen."""
    chosen = params.value(heat.level.value) == name
    value = "" if chosen else name
    if heat.level is Level.MUNICIPALITY:
        there = replace(params, municipality=value, level=None)
    elif heat.level is Level.SETTLEMENT:
        there = replace(params, settlement=value, level=None)
    else:
        there = replace(params, district=value, level=None)
    return Link(name, there.address, chosen)


def _level(params: HeatParams, heat: Heat, level: Level) -> Link:
    return Link(LEVEL_NAMES[level], replace(params, level=level).address, level is heat.level)


def _span(params: HeatParams, weeks: int) -> Link:
    title = counted(weeks, "неделя", "недели", "недель")
    return Link(title, replace(params, weeks=weeks).address, weeks == params.weeks)


def _messages(count: int) -> str:
    return counted(count, "сообщение", "сообщения", "сообщений")
