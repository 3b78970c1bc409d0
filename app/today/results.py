"""From the engine's answers to numbers."""

from datetime import date
from typing import Any

from msgspec import Struct

from app.work.queues import Queue

Answer = dict[str, Any]


class Load(Struct, frozen=True):
    """Open cases of a department or of a person."""

    open: int = 0
    overdue: int = 0
    today: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(self.open + other.open, self.overdue + other.overdue, self.today + other.today)


class Numbers(Struct, frozen=True):
    open: int
    yesterday: int
    """Came yesterday, and today, whatever their state is now."""
    today: int
    queues: dict[Queue, int]
    departments: dict[str, Load]
    """By the name as cases bear it."""
    people: dict[str, Load]
    """By login."""
    silent: dict[str, int]
    """Cases with an answer to a request that is overdue, by department that still owes one."""
    days: dict[date, int]
    """Cases that fall due on a day; days without any are absent."""


def read_numbers(found: Answer, yesterday: Answer, today: Answer) -> Numbers:
    counted = found["aggregations"]
    queues = counted["queues"]["buckets"]
    return Numbers(
        open=_total(found),
        yesterday=_total(yesterday),
        today=_total(today),
        queues={Queue(name): bucket["doc_count"] for name, bucket in queues.items()},
        departments=_loads(counted["departments"]),
        people=_loads(counted["people"]),
        silent={one["key"]: one["doc_count"] for one in counted["silent"]["asked"]["buckets"]},
        days={
            date.fromisoformat(one["key_as_string"]): one["doc_count"]
            for one in counted["days"]["day"]["buckets"]
        },
    )


def _loads(answer: Answer) -> dict[str, Load]:
    return {
        one["key"]: Load(one["doc_count"], one["overdue"]["doc_count"], one["today"]["doc_count"])
        for one in answer["buckets"]
    }


def _total(answer: Answer) -> int:
    return int(answer["hits"]["total"]["value"])
