"""Long work in words: what a state looks like, how far it is, what holds it up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

from app.web.filters import counted

_LATE = timedelta(seconds=45)
"""Work waits for its turn a second or two; after this something is in the way."""
_SURE_AFTER = 3.0
"""Seconds of work before a speed says anything about the rest."""
_MINUTE = 60


@dataclass(frozen=True)
class Look:
    """A state in a word, with the tone and icon that repeat it."""

    text: str
    tone: str
    sign: str


@dataclass(frozen=True)
class ProgressView:
    """`total` is None while nobody knows the length."""

    label: str
    done: int
    total: int | None
    words: str
    details: list[str] = field(default_factory=list)
    trouble: str = ""

    @property
    def share(self) -> int | None:
        return min(self.done * 100 // self.total, 100) if self.total else None

    @property
    def said(self) -> str:
        """What a screen reader hears: it changes ten times at most."""
        if self.share is None:
            return self.words
        return f"{self.label}: {self.share // 10 * 10} %"

    def poll(self, address: str, *, queue_away: bool) -> str:
        """What the page asks for next: `said` tells what has been heard already."""
        away = "&queue=away" if queue_away else ""
        return f"{address}?said={quote(self.said)}{away}"


def pace(
    done: int,
    total: int | None,
    began: datetime | None,
    now: datetime,
    speed: Callable[[int], str],
) -> list[str]:
    """«12 строк в секунду», «осталось около 5 минут»; nothing while it would be a guess."""
    if began is None or not done or total is None:
        return []
    seconds = (now - began).total_seconds()
    if seconds < _SURE_AFTER:
        return []
    left = (total - done) / (done / seconds)
    return [f"{speed(round(done / seconds))} в секунду", f"осталось около {_span_of(left)}"]


def _span_of(seconds: float) -> str:
    """Genitive, for «около»: «5 минут»."""
    whole = max(round(seconds), 1)
    if whole < _MINUTE:
        return counted(whole, "секунды", "секунд", "секунд")
    return counted(round(whole / _MINUTE), "минуты", "минут", "минут")


@dataclass(frozen=True)
class Troubles:
    """A kind's sentences for what the person cannot see: all of it ends by itself."""

    queue_away: str
    waits: str
    broke_off: str

    def waiting(self, since: datetime, now: datetime, *, queue_away: bool) -> str:
        """Of work that is in the queue."""
        if queue_away:
            return self.queue_away
        return self.waits if now - since > _LATE else ""
