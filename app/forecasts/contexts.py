"""The page «Прогноз»: four weeks with their intervals and how far earlier ones were off."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from app.forecasts.params import ForecastParams, Level
from app.forecasts.rules import HORIZON, LEAST_WEEKS, METHOD_NAMES, TESTED, Forecast
from app.forecasts.service import LEAST_IN_HALF_A_YEAR, Few, Outlook, Weekly
from app.web.filters import counted, number
from app.web.links import Link

_WEEK = timedelta(weeks=1)
_RECENT = 4
MOST_ROWS = 300
"""Of the most messages first: more nobody reads."""
_MOST_FEW = 10
LEVEL_NAMES = {
    Level.MUNICIPALITY: "муниципалитеты",
    Level.SETTLEMENT: "населённые пункты",
    Level.DISTRICT: "районы",
}
_LEVEL_TITLES = {
    Level.MUNICIPALITY: "По темам и муниципалитетам",
    Level.SETTLEMENT: "По темам и населённым пунктам",
    Level.DISTRICT: "По темам и районам",
}
_PLACE_TITLES = {Level.SETTLEMENT: "Населённый пункт", Level.DISTRICT: "Район"}
_SHORT = f"Нужно хотя бы {LEAST_WEEKS} полных недель сообщений, где названа такая территория."


@dataclass(frozen=True)
class WeekCell:
    value: str
    interval: str
    """«от 3 до 9»."""


@dataclass(frozen=True)
class ForecastRow:
    theme: str
    where: str
    """«Слобода, Зареченск»."""
    recent: str
    """A week, over the last four."""
    url: str
    """The messages of those weeks."""
    weeks: list[WeekCell]
    error: str
    naive: str
    covered: str
    rises: bool
    """Even the lower end of the next week is above what came lately."""


@dataclass(frozen=True)
class ForecastTable:
    title: str
    weeks: list[date]
    """Mondays."""
    rows: list[ForecastRow]
    hidden: int
    method: str
    error: str
    """Of the rows that were chosen, shown or hidden, as the next two."""
    naive: str
    covered: str
    tested: int


@dataclass(frozen=True)
class Choice:
    name: str
    title: str
    value: str
    options: list[str]


@dataclass(frozen=True)
class ForecastView:
    params: ForecastParams
    table: ForecastTable | None
    choices: list[Choice]
    levels: list[Link]
    young: bool
    """The installation has too few weeks for any forecast."""
    told: str
    """Why there is no row, or how many series had too few messages."""
    few: list[tuple[str, str]]
    """Such series and their messages, the first of them."""


def forecast_view(found: Outlook, params: ForecastParams) -> ForecastView:
    few = [one for one in found.weekly.few if params.holds(*_key(one))]
    table = _table(found, params)
    short = found.forecast is None and found.weekly.counts.shape[1] < LEAST_WEEKS
    return ForecastView(
        params=params,
        table=table,
        choices=_choices(found.weekly, params),
        levels=[_level(params, level) for level in Level],
        young=short and params.level is Level.MUNICIPALITY,
        told=_SHORT if short else _told(few, has_rows=table is not None),
        few=[(_named(one), _messages(one.count)) for one in few[:_MOST_FEW]],
    )


def _table(found: Outlook, params: ForecastParams) -> ForecastTable | None:
    """None where nothing that was chosen can be forecast."""
    made, weekly = found.forecast, found.weekly
    if made is None:
        return None
    rows = _chosen(weekly, params)
    if not rows.size:
        return None
    order = rows[np.argsort(-made.values[rows].sum(axis=1), kind="stable")]
    return ForecastTable(
        title=_LEVEL_TITLES[params.level],
        weeks=[weekly.next_week + _WEEK * step for step in range(HORIZON)],
        rows=[_row(weekly, made, int(row), params.level) for row in order[:MOST_ROWS]],
        hidden=max(len(order) - MOST_ROWS, 0),
        method=METHOD_NAMES[made.method],
        error=_one(float(made.error[rows].mean())),
        naive=_one(float(made.naive_error[rows].mean())),
        covered=_share(float(made.covered[rows].mean())),
        tested=TESTED,
    )


def _chosen(weekly: Weekly, params: ForecastParams) -> NDArray[np.intp]:
    series = zip(weekly.themes, weekly.municipalities, weekly.places, strict=True)
    return np.array([row for row, one in enumerate(series) if params.holds(*one)], dtype=np.intp)


def _row(weekly: Weekly, made: Forecast, row: int, level: Level) -> ForecastRow:
    recent = float(weekly.counts[row, -_RECENT:].mean())
    return ForecastRow(
        theme=weekly.themes[row],
        where=_where(weekly.municipalities[row], weekly.places[row]),
        recent=_one(recent),
        url=_url(weekly, row, level),
        weeks=[
            WeekCell(
                number(round(float(made.values[row, step]))),
                f"от {number(int(made.low[row, step]))} до {number(int(made.high[row, step]))}",
            )
            for step in range(HORIZON)
        ],
        error=_one(float(made.error[row])),
        naive=_one(float(made.naive_error[row])),
        covered=_share(float(made.covered[row])),
        rises=float(made.low[row, 0]) > recent,
    )


def _url(weekly: Weekly, row: int, level: Level) -> str:
    first, last = weekly.next_week - _WEEK * _RECENT, weekly.next_week - timedelta(days=1)
    pairs = {"theme": weekly.themes[row], "municipality": weekly.municipalities[row]}
    if weekly.places[row]:
        pairs[level.value] = weekly.places[row]
    period = {"from": first.isoformat(), "to": last.isoformat()}
    return f"/search?{urlencode(pairs | period)}"


def _choices(weekly: Weekly, params: ForecastParams) -> list[Choice]:
    """Also what has too few messages may be chosen: the page then says so."""
    known = [*zip(weekly.themes, weekly.municipalities, weekly.places, strict=True)]
    known += [_key(one) for one in weekly.few]
    here = [one for one in known if params.municipality in ("", one[1])]
    found = [
        Choice("theme", "Тема", params.theme, sorted({one[0] for one in known})),
        Choice(
            "municipality", "Муниципалитет", params.municipality, sorted({one[1] for one in known})
        ),
    ]
    if params.level is not Level.MUNICIPALITY:
        title = _PLACE_TITLES[params.level]
        found.append(Choice("place", title, params.place, sorted({one[2] for one in here})))
    return [one for one in found if len(one.options) > 1 or one.value]


def _level(params: ForecastParams, level: Level) -> Link:
    there = replace(params, level=level, place="")
    return Link(LEVEL_NAMES[level], there.address, level is params.level)


def _told(few: list[Few], *, has_rows: bool) -> str:
    least = f"нужно хотя бы {LEAST_IN_HALF_A_YEAR} за полгода, примерно одно в две недели"
    if not few:
        return "" if has_rows else "По выбранному за последние полгода сообщений нет."
    if not has_rows and len(few) == 1:
        return f"Для прогноза мало: {_messages(few[0].count)}, а {least}."
    some = counted(len(few), "сочетания", "сочетаний", "сочетаний")
    return f"Для {some} темы и места прогноза нет: сообщений мало, {least}."


def _key(one: Few) -> tuple[str, str, str]:
    return one.theme, one.municipality, one.place


def _named(one: Few) -> str:
    return f"{one.theme}, {_where(one.municipality, one.place)}"


def _where(municipality: str, place: str) -> str:
    return f"{place}, {municipality}" if place and place != municipality else municipality


def _messages(count: int) -> str:
    return counted(count, "сообщение", "сообщения", "сообщений")


def _one(value: float) -> str:
    return number(round(value, 1))


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
