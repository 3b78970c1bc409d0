"""How far a deadline is, in words; colour and icon only repeat them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.web.filters import counted
from app.work.queues import Moment

Level = Literal["overdue", "today", "soon", "later", "none"]

_SOON_DAYS = 3
_DAY, _HOUR = 86_400, 3_600


@dataclass(frozen=True)
class Due:
    level: Level
    text: str


def due(deadline: datetime | None, moment: Moment) -> Due:
    """Days are the municipality's: «завтра» is the next date, not 24 hours."""
    if deadline is None:
        return Due("none", "без срока")
    if deadline < moment.now:
        return Due("overdue", f"просрочено на {_span(moment.now - deadline)}")
    local = deadline.astimezone(moment.now.tzinfo)
    if deadline < moment.tomorrow:
        return Due("today", f"сегодня до {local:%H:%M}")
    days = (local.date() - moment.now.date()).days
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
