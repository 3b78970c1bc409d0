"""A small picture of the last weeks, one stroke a day: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.web.filters import counted

SPAN = 60
"""Days of the picture, today the last."""
_STEP, HEIGHT = 2, 20
WIDTH = SPAN * _STEP
_LEAST = 2
_RECENT = 7


@dataclass(frozen=True)
class Sparkline:
    path: str
    """Of an SVG of `WIDTH` × `HEIGHT`; empty where nothing came."""
    words: str


def sparkline(days: Mapping[date, int], today: date) -> Sparkline:
    first = today - timedelta(days=SPAN - 1)
    counts = [days.get(first + timedelta(days=place), 0) for place in range(SPAN)]
    most = max(counts)
    strokes = [
        f"M{place * _STEP + 1} {HEIGHT}v-{max(_LEAST, round(count * HEIGHT / most))}"
        for place, count in enumerate(counts)
        if count
    ]
    whole = counted(sum(counts), "сообщение", "сообщения", "сообщений")
    recent = sum(counts[-_RECENT:])
    return Sparkline("".join(strokes), f"За {SPAN} дней {whole}, из них за неделю {recent}")
