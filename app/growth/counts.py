"""From the engine's buckets to a matrix of series × days, copies and repeated authors left out."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from app.growth.models import Series
from app.growth.rules import WINDOW, Matrix

_UNKNOWN = -1


class Tally:
    """Filled bucket by bucket, stretches of days in their order; a message may count in several
    series.
    """

    def __init__(self, first: date, last: date) -> None:
        self.first, self.days = first, (last - first).days + 1
        self.rows: dict[Series, int] = {}
        self._newest: dict[Series, tuple[int, Counter[Series]]] = {}
        """Of a problem: the last day, and themes and places of the messages of that day."""
        self._authors: dict[str, int] = {}
        self._found: list[tuple[int, int, int, int]] = []
        """Row, day, author, messages."""

    def add(self, place: Series, day: date, author: str | None, many: int) -> None:
        """`place` has all that is known of the messages: theme, places and problem."""
        code = self._authors.setdefault(author, len(self._authors)) if author else _UNKNOWN
        offset = (day - self.first).days
        for series in series_of_message(place):
            row = self.rows.setdefault(series, len(self.rows))
            self._found.append((row, offset, code, many))
            if series.problem and place.theme:
                about = Series(place.theme, place.municipality, place.settlement)
                self._tell(series, offset, about, many)

    def _tell(self, problem: Series, offset: int, about: Series, many: int) -> None:
        """The days of a stretch come place by place, not in their order."""
        day, told = self._newest.get(problem, (offset, Counter()))
        if offset > day:
            day, told = offset, Counter()
        if offset == day:
            told[about] += many
        self._newest[problem] = day, told

    def about(self, problem: Series) -> Series | None:
        """Theme and place of most of the newest messages of a problem."""
        _, told = self._newest.get(problem, (0, Counter[Series]()))
        return max(told, key=lambda one: (told[one], one.id), default=None)

    @property
    def series(self) -> list[Series]:
        return list(self.rows)

    def matrix(self) -> Matrix:
        """An author counts once a day in a series; messages without one count each."""
        found, counts = self._table(), np.zeros((len(self.rows), self.days))
        known = np.unique(found[found[:, 2] != _UNKNOWN][:, :3], axis=0)
        np.add.at(counts, (known[:, 0], known[:, 1]), 1)
        unknown = found[found[:, 2] == _UNKNOWN]
        np.add.at(counts, (unknown[:, 0], unknown[:, 1]), unknown[:, 3])
        return counts

    def authors(self, day: int) -> NDArray[np.int64]:
        """Different people in the three days to `day`, by series."""
        found, people = self._table(), np.zeros(len(self.rows), dtype=np.int64)
        recent = found[(found[:, 1] <= day) & (found[:, 1] > day - WINDOW)]
        known = np.unique(recent[recent[:, 2] != _UNKNOWN][:, [0, 2]], axis=0)
        np.add.at(people, known[:, 0], 1)
        unknown = recent[recent[:, 2] == _UNKNOWN]
        np.add.at(people, unknown[:, 0], unknown[:, 3])
        return people

    def day_of(self, offset: int) -> date:
        return self.first + timedelta(days=offset)

    def _table(self) -> NDArray[np.int64]:
        return np.array(self._found, dtype=np.int64).reshape(-1, 4)


def series_of_message(place: Series) -> Sequence[Series]:
    """Every series that a message of this theme, place and problem counts in."""
    found = []
    if place.theme and place.municipality:
        found.append(Series(place.theme, place.municipality))
        if place.settlement and place.settlement != place.municipality:
            found.append(Series(place.theme, place.municipality, place.settlement))
    if place.problem:
        found.append(Series(problem=place.problem))
    return found
