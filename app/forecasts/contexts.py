"""The page «Прогноз»: four weeks with their intervals and how far earlier ones were off."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

import numpy as np

from app.forecasts.rules import HORIZON, METHOD_NAMES, TESTED, Forecast
from app.forecasts.service import Outlook, Weekly
from app.web.filters import number

_WEEK = timedelta(weeks=1)
_RECENT = 4
MOST_ROWS = 300
"""Of the most messages first: more nobody reads."""


@dataclass(frozen=True)
class WeekCell:
    value: str
    interval: str
    """«от 3 до 9»."""


@dataclass(frozen=True)
class ForecastRow:
    theme: str
    municipality: str
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
class ForecastView:
    weeks: list[date]
    """Mondays."""
    rows: list[ForecastRow]
    hidden: int
    method: str
    error: str
    naive: str
    covered: str
    tested: int


def forecast_view(found: Outlook) -> ForecastView | None:
    """None where there is nothing to forecast from."""
    made, weekly = found.forecast, found.weekly
    if made is None:
        return None
    order = np.argsort(-made.values.sum(axis=1), kind="stable")
    return ForecastView(
        weeks=[weekly.next_week + _WEEK * step for step in range(HORIZON)],
        rows=[_row(weekly, made, int(row)) for row in order[:MOST_ROWS]],
        hidden=max(len(order) - MOST_ROWS, 0),
        method=METHOD_NAMES[made.method],
        error=_one(float(made.error.mean())),
        naive=_one(float(made.naive_error.mean())),
        covered=_share(float(made.covered.mean())),
        tested=TESTED,
    )


def _row(weekly: Weekly, made: Forecast, row: int) -> ForecastRow:
    recent = float(weekly.counts[row, -_RECENT:].mean())
    return ForecastRow(
        theme=weekly.themes[row],
        municipality=weekly.municipalities[row],
        recent=_one(recent),
        url=_url(weekly, row),
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


def _url(weekly: Weekly, row: int) -> str:
    first, last = weekly.next_week - _WEEK * _RECENT, weekly.next_week - timedelta(days=1)
    pairs = {
        "theme": weekly.themes[row],
        "municipality": weekly.municipalities[row],
        "from": first.isoformat(),
        "to": last.isoformat(),
    }
    return f"/search?{urlencode(pairs)}"


def _one(value: float) -> str:
    return number(round(value, 1))


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
