"""How far a deadline is, in words, on every page alike; colour and icon only repeat them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.web.filters import counted

Level = Literal["overdue", "today", "soon", "later", "none", "done"]

_SOON_DAYS = 3
_DAY, _HOUR = 86_400, 3_600


@dataclass(frozen=True)
class Due:
    level: Level
    text: str


def due(deadline: datetime | None, now: datetime, *, done: bool = False) -> Due:
    """`now` is in the municipality's zone: «завтра» is its next date, not 24 hours.

    `done`: nothing more is due, whatever the deadline was.
    """
    if done:
        return Due("done", "работа закончена")
    if deadline is None:
        return Due("none", "без срока")
    now = now.replace(second=0, microsecond=0)
    if deadline < now:
        return Due("overdue", f"просрочено на {_span(now - deadline)}")
    local = deadline.astimezone(now.tzinfo)
    days = (local.date() - now.date()).days
    if days == 0:
        return Due("today", f"сегодня до {local:%H:%M}")
    if days == 1:
        return Due("soon", f"завтра до {local:%H:%M}")
    words = f"через {counted(days, 'день', 'дня', 'дней')}"
    return Due("soon" if days <= _SOON_DAYS else "later", words)


def _span(late: timedelta) -> str:
    seconds = int(late.total_seconds())
    if seconds >= _DAY:
        return counted(seconds // _DAY, "день", "дня", "дней")
    if seconds >= _HOUR:
        return counted(seconds // _HOUR, "час", "часа", "часов")
    return counted(max(1, seconds // 60), "минуту", "минуты", "минут")
