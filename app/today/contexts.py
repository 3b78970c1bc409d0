"""What «Сегодня» shows: every number with the address of the list it counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from urllib.parse import urlencode

from app.accounts.models import short_name
from app.deadlines.alarm import calendar_alarm
from app.deadlines.days import DayTable, table_of
from app.deadlines.year import day_name
from app.reference.departments import Department, DepartmentBook
from app.today.query import WEEKS, asked_queues
from app.today.results import Load, Numbers
from app.today.service import Today
from app.viewer import Viewer
from app.web.filters import number
from app.work.params import WorkParams
from app.work.queues import Queue, queue_name

_BURNING = frozenset({Queue.OVERDUE, Queue.SILENT, Queue.SLIPPED})
_ICONS = {
    Queue.OVERDUE: "alert-triangle",
    Queue.TODAY: "clock-exclamation",
    Queue.SILENT: "hourglass-high",
    Queue.SLIPPED: "calendar-off",
    Queue.RETURNED: "arrow-back-up",
    Queue.FREE: "inbox",
    Queue.MODERATION: "eye",
    Queue.APPROVAL: "writing",
}
_WEEK_DAYS = 7
OUTSIDE = "Вне отраслевых блоков"


@dataclass(frozen=True)
class Tile:
    name: str
    title: str
    count: int
    url: str
    icon: str
    burning: bool = False
    """Somebody has to step in."""
    told: str = ""


@dataclass(frozen=True)
class Number:
    count: int
    url: str


@dataclass(frozen=True)
class LoadRow:
    """Of a block, a department or a person."""

    name: str
    open: Number
    overdue: Number
    today: Number
    silent: Number | None = None
    capacity: int | None = None
    told: str = ""
    """A person's department."""

    @property
    def share(self) -> int | None:
        """Per cent of the capacity; over a hundred where there is more work than that."""
        return round(100 * self.open.count / self.capacity) if self.capacity else None


@dataclass(frozen=True)
class Block:
    row: LoadRow
    departments: list[LoadRow]


@dataclass(frozen=True)
class DueDay:
    day: date
    count: int
    url: str
    off: bool
    name: str
    today: bool
    past: bool


@dataclass(frozen=True)
class TodayView:
    tiles: list[Tile]
    blocks: list[Block]
    people: list[LoadRow]
    weeks: list[list[DueDay]]
    open: Number
    alarm: str | None
    """What is wrong with the calendar the days are counted by."""


def today_view(found: Today, viewer: Viewer) -> TodayView:
    day = found.moment.now.date()
    return TodayView(
        tiles=[_came(found.numbers, day), *_tiles(found.numbers, viewer)],
        blocks=_blocks(found),
        people=_people(found),
        weeks=_weeks(found, day),
        open=Number(found.numbers.open, WorkParams(Queue.OPEN).address),
        alarm=calendar_alarm(found.calendar, day),
    )


def _came(numbers: Numbers, day: date) -> Tile:
    """«Поиск» counts whatever became of a case since, as this number does."""
    yesterday = day - timedelta(days=1)
    query = urlencode({"from": yesterday.isoformat(), "to": day.isoformat()})
    return Tile(
        "came",
        "Пришло со вчера",
        numbers.yesterday + numbers.today,
        f"/search?{query}",
        "mail",
        told=f"вчера {number(numbers.yesterday)}, сегодня {number(numbers.today)}",
    )


def _tiles(numbers: Numbers, viewer: Viewer) -> list[Tile]:
    return [
        Tile(
            queue.value,
            queue_name(queue, viewer),
            numbers.queues.get(queue, 0),
            WorkParams(queue).address,
            _ICONS[queue],
            burning=queue in _BURNING,
        )
        for queue in asked_queues(viewer)
    ]


def _blocks(found: Today) -> list[Block]:
    """Those with the most overdue first; names that no block holds come last."""
    left = set(found.numbers.departments) | set(found.numbers.silent)
    blocks = []
    for sector in found.book.sectors.values():
        names = left & found.book.names_in_sector(sector.code)
        if names:
            blocks.append(_block(found, sector.name, names))
        left -= names
    blocks.sort(key=lambda one: (-one.row.overdue.count, -one.row.open.count, one.row.name))
    return [*blocks, _block(found, OUTSIDE, left)] if left else blocks


def _block(found: Today, title: str, names: set[str]) -> Block:
    rows = [_department(found, one, own) for one, own in _bearers(found.book, names)]
    rows.sort(key=lambda one: (-one.overdue.count, -one.open.count, one.name))
    return Block(_row(found, title, names, capacity=_sum(one.capacity for one in rows)), rows)


def _bearers(book: DepartmentBook, names: set[str]) -> list[tuple[str, set[str]]]:
    """Names of one department are one row, under the name it bears now."""
    found: dict[str, set[str]] = {}
    for name in names:
        department = book.by_name(name)
        found.setdefault(department.name if department else name, set()).add(name)
    return list(found.items())


def _department(found: Today, title: str, names: set[str]) -> LoadRow:
    department = found.book.by_name(title)
    return _row(found, title, names, capacity=department.capacity if department else None)


def _row(found: Today, title: str, names: set[str], *, capacity: int | None) -> LoadRow:
    load = sum((found.numbers.departments.get(one, Load()) for one in names), Load())
    chosen = {"department": tuple(sorted(names))}
    asked = {"asked": tuple(sorted(names))}
    return LoadRow(
        title,
        *_numbers(load, chosen),
        silent=Number(
            sum(found.numbers.silent.get(one, 0) for one in names),
            WorkParams(Queue.SILENT, asked).address,
        ),
        capacity=capacity,
    )


def _people(found: Today) -> list[LoadRow]:
    """The most loaded first."""
    rows = [_person(found, login, load) for login, load in found.numbers.people.items()]
    return sorted(rows, key=lambda one: (-(one.share or 0), -one.open.count, one.name))


def _person(found: Today, login: str, load: Load) -> LoadRow:
    """A person's norm is an equal part of the department's."""
    user = found.staff.users.get(login)
    department = found.book.departments.get(user.department or "") if user else None
    return LoadRow(
        short_name(user.name) if user else login,
        *_numbers(load, {"assignee": (login,)}),
        capacity=_share(found, department),
        told=department.name if department else "" if user else "больше не работает",
    )


def _share(found: Today, department: Department | None) -> int | None:
    if department is None or not department.capacity:
        return None
    users = found.staff.users.values()
    colleagues = sum(one.department == department.code for one in users)
    return ceil(department.capacity / max(colleagues, 1))


def _numbers(load: Load, chosen: dict[str, tuple[str, ...]]) -> tuple[Number, Number, Number]:
    return (
        Number(load.open, WorkParams(Queue.OPEN, chosen).address),
        Number(load.overdue, WorkParams(Queue.OVERDUE, chosen).address),
        Number(load.today, WorkParams(Queue.TODAY, chosen).address),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [one for one in numbers if one]
    return sum(known) if known else None


def _weeks(found: Today, today: date) -> list[list[DueDay]]:
    """Whole weeks from Monday of this one; days that are over are empty."""
    table = table_of(found.calendar)
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=one) for one in range(WEEKS * _WEEK_DAYS)]
    drawn = [_due_day(found, table, one, today) for one in days]
    return [drawn[one : one + _WEEK_DAYS] for one in range(0, len(drawn), _WEEK_DAYS)]


def _due_day(found: Today, table: DayTable, day: date, today: date) -> DueDay:
    due = WorkParams(Queue.OPEN, {"due": (day.isoformat(),)})
    return DueDay(
        day,
        found.numbers.days.get(day, 0),
        due.address,
        off=not table.works(table.index(day)),
        name=day_name(found.calendar, day),
        today=day == today,
        past=day < today,
    )
