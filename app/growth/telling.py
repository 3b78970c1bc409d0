"""Of which growth people are told: once an episode, and of the same messages once: pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from app.growth.episodes import MOST_OF
from app.growth.models import Alarm, Series
from app.growth.rules import WINDOW

NEWS = timedelta(days=7)
"""What began earlier is no news: an installation loads its past, a worker was away."""


def untold(alarms: Iterable[Alarm]) -> list[Alarm]:
    """Those that stand, the narrowest first: a problem says more than its theme."""
    waiting = (one for one in alarms if one.growing and one.told_at is None)
    return sorted(waiting, key=lambda one: (*_width(one.series), one.id))


def _width(series: Series) -> tuple[bool, bool]:
    return series.problem is None, series.settlement is None


def is_news(alarm: Alarm, recent: Iterable[Alarm], today: date) -> bool:
    """It began lately, and is not the same growth that was told and fell silent for a day or two.

    What grows beyond what a person called no growth is news.
    """
    if today - alarm.began > NEWS:
        return False
    since = alarm.began - timedelta(days=WINDOW)
    return not any(
        one.series == alarm.series
        and one.id != alarm.id
        and one.told_at is not None
        and one.dismissed is None
        and (one.ended or one.day) >= since
        for one in recent
    )


def same_as(alarm: Alarm, recent: Sequence[Alarm]) -> list[Alarm]:
    """Other alarms of mostly the same messages, also by way of a third one."""
    found, left = [alarm], [one for one in recent if one.series != alarm.series]
    for one in found:  # it grows while it is walked
        near = [other for other in left if _is_most_of(one, other) or _is_most_of(other, one)]
        found += near
        left = [other for other in left if other not in near]
    return found[1:]


def _is_most_of(narrow: Alarm, wide: Alarm) -> bool:
    """A problem of its theme and territory, a settlement of its municipality."""
    about = narrow.about if narrow.series.problem else narrow.series
    if about is None or wide.series.problem:
        return False
    around = {Series(about.theme, about.municipality)}
    if narrow.series.problem:
        around.add(Series(about.theme, about.municipality, about.settlement))
    return wide.series in around - {narrow.series} and narrow.seen >= MOST_OF * wide.seen
