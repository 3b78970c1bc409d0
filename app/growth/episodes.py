"""From days above the threshold to growth that began, goes on and ends."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from app.growth.calibration import grows_beyond
from app.growth.models import Alarm, Dismissal, Series, alarm_id
from app.growth.rules import WINDOW, Flags, Judged

MOST_OF = 0.8
"""Share of a municipality's messages from which its growth is that of one settlement."""

Said = Mapping[Series, Sequence[tuple[Alarm, Dismissal]]]


class Episode(Struct, frozen=True):
    """Growth that stands on the last day: days as offsets."""

    row: int
    began: int
    day: int
    """The day of the greatest certainty of the last two: today is not over yet."""


def standing(alarms: Flags) -> list[Episode]:
    """Series that are above the threshold today, or were yesterday: today's messages still come."""
    last = alarms.shape[1] - 1
    rows = np.flatnonzero(alarms[:, max(last - 1, 0) :].any(axis=1))
    return [_episode(int(row), alarms[row], last) for row in rows]


def _episode(row: int, alarms: NDArray[np.bool_], last: int) -> Episode:
    """Days apart by less than a window belong together."""
    day = last if alarms[last] else last - 1
    began = day
    for one in range(day, -1, -1):
        if alarms[one]:
            began = one
        elif began - one >= WINDOW:
            break
    return Episode(row, began, day)


def found(
    series: Sequence[Series],
    judged: Judged,
    episodes: Sequence[Episode],
    authors: Mapping[int, NDArray[np.int64]],
    first: date,
    said: Said,
) -> list[Alarm]:
    """What nobody has silenced. `authors`: different people of three days by the offset of the
    last one.
    """
    made = [
        Alarm(
            id=alarm_id(
                series[one.row],
                first + timedelta(days=one.began),
                len(said.get(series[one.row], ())),
            ),
            series=series[one.row],
            began=first + timedelta(days=one.began),
            day=first + timedelta(days=one.day),
            seen=int(judged.seen[one.row, one.day]),
            expected=round(float(judged.expected[one.row, one.day]), 2),
            authors=int(authors[one.day][one.row]),
        )
        for one in episodes
    ]
    spread = {
        alarm.id: float(judged.dispersion[one.row, one.day])
        for alarm, one in zip(made, episodes, strict=True)
    }
    return [one for one in _narrowest(made) if not is_silenced(one, spread[one.id], said)]


def _narrowest(alarms: list[Alarm]) -> list[Alarm]:
    """Without those of a municipality that are the growth of one of its settlements."""
    covered = dict[Series, int]()
    for one in alarms:
        if wider := one.series.wider:
            covered[wider] = max(covered.get(wider, 0), one.seen)
    return [one for one in alarms if covered.get(one.series, 0) < MOST_OF * one.seen]


def is_silenced(alarm: Alarm, dispersion: float, said: Said) -> bool:
    """People said of this series that it does not grow, and it is not clearly beyond that."""
    spoken = [dismissal.seen for _, dismissal in said.get(alarm.series, ())]
    if not spoken:
        return False
    return not grows_beyond(alarm.seen, alarm.expected, dispersion, max(spoken))


def dismissed_days(series: Sequence[Series], said: Said, first: date, days: int) -> Flags:
    """The days of alarms that people said were none."""
    flags = np.zeros((len(series), days), dtype=bool)
    for row, one in enumerate(series):
        for alarm, _ in said.get(one, ()):
            begin = max((alarm.began - first).days, 0)
            end = ((alarm.ended or alarm.day) - first).days
            flags[row, begin : max(end + 1, 0)] = True
    return flags
