"""Days of a problem as a picture, with the usual range of each: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from app.web.filters import counted
from app.web.urls import url_with

WINDOW = 28
"""Earlier days that tell what is usual."""
LEAST = 7
"""With fewer of them nothing is usual yet."""
_SPREAD = 2 * 1.4826
"""Median absolute deviations: of even noise about one day in twenty lies outside."""
_MOST_BARS = 120
_WEEK = 7
HEIGHT, _STEP, BAR, _LEAST_BAR = 60, 10, 9, 2


@dataclass(frozen=True)
class Usual:
    low: float
    high: float


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    height: int
    label: str
    words: str
    count: int
    url: str
    above: bool
    """More than usual."""


@dataclass(frozen=True)
class Timeline:
    bars: list[Bar]
    band: str
    """Path of the usual range; empty where there is none yet."""
    width: int
    start: str
    end: str
    most: int
    step: str


def usual_range(counts: Sequence[int]) -> list[Usual | None]:
    """For each place its median ± spread over the `WINDOW` places before it; the high end is at
    least one above the median, as a single message is no growth.
    """
    found: list[Usual | None] = []
    for place in range(len(counts)):
        earlier = counts[max(0, place - WINDOW) : place]
        if len(earlier) < LEAST:
            found.append(None)
            continue
        middle = median(earlier)
        spread = _SPREAD * median(abs(one - middle) for one in earlier)
        found.append(Usual(max(0.0, middle - spread), max(middle + 1, middle + spread)))
    return found


def timeline(problem_id: str, days: Mapping[date, int], today: date) -> Timeline | None:
    """From the first message to the last week of it or today; None without messages."""
    if not days:
        return None
    first, last = min(days), max(days)
    last = min(max(last + timedelta(days=_WEEK), last), max(today, last))
    step = 1 if (last - first).days < _MOST_BARS else _WEEK
    starts = [first + timedelta(days=at) for at in range(0, (last - first).days + 1, step)]
    counts = [
        sum(days.get(start + timedelta(days=at), 0) for at in range(step)) for start in starts
    ]
    usual = usual_range(counts)
    most = max([*counts, *(one.high for one in usual if one)])
    return Timeline(
        bars=[
            _bar(problem_id, place, (start, step), counts[place], usual[place], most)
            for place, start in enumerate(starts)
        ],
        band=_band(usual, most),
        width=len(starts) * _STEP,
        start=f"{first:%d.%m.%Y}",
        end=f"{last:%d.%m.%Y}",
        most=max(counts),
        step="по дням" if step == 1 else "по неделям",
    )


def _bar(
    problem_id: str,
    place: int,
    span: tuple[date, int],
    count: int,
    usual: Usual | None,
    most: float,
) -> Bar:
    start, step = span
    end = start + timedelta(days=step - 1)
    height = max(_LEAST_BAR, round(count * HEIGHT / most)) if count else 0
    label = f"{start:%d.%m.%Y}" if step == 1 else f"{start:%d.%m.%Y} – {end:%d.%m.%Y}"
    period = {"from": start.isoformat(), "to": end.isoformat()}
    return Bar(
        x=place * _STEP,
        y=HEIGHT - height,
        height=height,
        label=label,
        words=f"{label}: {counted(count, 'сообщение', 'сообщения', 'сообщений')}",
        count=count,
        url=url_with("/search", [("problem", problem_id)], **period),
        above=usual is not None and count > usual.high,
    )


def _band(usual: Sequence[Usual | None], most: float) -> str:
    """There along the upper end and back along the lower one."""
    known = [(place * _STEP, one) for place, one in enumerate(usual) if one]
    if not known:
        return ""
    upper = [f"{x} {_y(one.high, most)} {x + _STEP} {_y(one.high, most)}" for x, one in known]
    lower = [
        f"{x + _STEP} {_y(one.low, most)} {x} {_y(one.low, most)}" for x, one in reversed(known)
    ]
    return f"M{' '.join([*upper, *lower])}z"


def _y(value: float, most: float) -> float:
    return round(HEIGHT - value * HEIGHT / most, 1)
