"""From the engine's answer to days of series as one person sees them."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from app.growth.rules import Matrix


class Shown(Struct, frozen=True):
    """Series × days under a viewer's eyes, and the people of three days of each."""

    first: date
    counts: Matrix
    authors: NDArray[np.int64]

    def until(self, day: date, rows: list[int], days: int) -> "Shown":
        """These series alone, and of them the `days` that end with `day`."""
        end = (day - self.first).days + 1
        counts = self.counts[rows, end - days : end]
        return Shown(day - timedelta(days=days - 1), counts, self.authors[rows])


def read_shown(answer: dict[str, Any], many: int, first: date, last: date) -> Shown:
    counts = np.zeros((many, (last - first).days + 1))
    authors = np.zeros(many, dtype=np.int64)
    for name, bucket in answer["aggregations"]["series"]["buckets"].items():
        row = int(name)
        for day in bucket["days"]["buckets"]:
            offset = (date.fromisoformat(day["key_as_string"]) - first).days
            counts[row, offset] = _people(day)
    for name, bucket in answer["aggregations"]["recent"]["buckets"].items():
        authors[int(name)] = _people(bucket)
    return Shown(first, counts, authors)


def _people(bucket: dict[str, Any]) -> int:
    """An author once; those without one each."""
    return int(bucket["people"]["value"]) + int(bucket["nameless"]["doc_count"])
