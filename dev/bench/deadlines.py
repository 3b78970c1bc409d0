"""Due moments a second: every shipped profile, over calendars and starts of three years."""

import os
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import click
from msgspec.structs import replace

from app.deadlines.counting import Pause, due_moment
from app.deadlines.days import DayTable, table_of
from app.deadlines.models import DEFAULT_CALENDAR, Profile
from app.deadlines.shipped import PROFILES
from app.deadlines.working import worked_out
from dev.bench.report import table, write_section

TARGET = 50_000
_ROUNDS, _STARTS, _TOLD = 5, 20_000, 2_000
_FIRST, _MINUTES = datetime(2025, 1, 1, tzinfo=UTC), 3 * 365 * 24 * 60

Question = tuple[Profile, DayTable, datetime, Sequence[Pause]]


def questions(*, paused: bool) -> Iterator[Question]:
    """The same in every run; a pause of three days begins an hour after the start."""
    dice = random.Random(7)  # noqa: S311 - the same questions each time
    calendars = (DEFAULT_CALENDAR, replace(DEFAULT_CALENDAR, code="far", zone="Asia/Kamchatka"))
    tables, profiles = [table_of(one) for one in calendars], list(PROFILES.values())
    for _ in range(_STARTS):
        start = _FIRST + timedelta(minutes=dice.randrange(_MINUTES))
        pause = (start + timedelta(hours=1), start + timedelta(days=3))
        yield dice.choice(profiles), dice.choice(tables), start, [pause] if paused else []


def _rates(asked: Sequence[Question]) -> list[float]:
    """Answers a second of this process, which uses one core; others may keep it waiting."""
    rates = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        for profile, days, start, pauses in asked:
            due_moment(profile, days, start, pauses)
        rates.append(len(asked) / (time.process_time() - started))
    return sorted(rates)


def _told_rate(asked: Sequence[Question]) -> list[float]:
    started = time.process_time()
    for profile, days, start, pauses in asked[:_TOLD]:
        worked_out(profile, days.calendar, start, pauses)
    return [_TOLD / (time.process_time() - started)]


def _made() -> float:
    """Seconds a new calendar costs a process that has others already."""
    started = time.process_time()
    DayTable(replace(DEFAULT_CALENDAR, code="new"))
    return time.process_time() - started


def main() -> None:
    plain, paused = list(questions(paused=False)), list(questions(paused=True))
    busy = os.getloadavg()[0]
    rows = [
        _row("срок", _rates(plain), TARGET),
        _row("срок с остановкой", _rates(paused), TARGET),
        _row("срок с объяснением по шагам", _told_rate(paused), None),
    ]
    lines = [
        (
            f"Порядков из поставки: {len(PROFILES)}, календарей: 2, начал: {_STARTS}, "
            "за 2025-2027 годы, вразнобой. В секунду процессорного времени, на одном ядре; средняя "
            f"загрузка перед измерением {busy:.1f} на {os.cpu_count()} ядра. "
            f"Таблица нового календаря: {_made() * 1000:.0f} мс, один раз на процесс."
        ),
        "",
        *table(["что", "обычно, в секунду", "хуже всего", "цель"], rows),
    ]
    click.echo("\n".join(lines))
    write_section("Сроки: скорость расчёта", lines)


def _row(name: str, rates: list[float], target: int | None) -> list[object]:
    middle = rates[len(rates) // 2]
    return [name, f"{middle:.0f}", f"{rates[0]:.0f}", target or "–"]


if __name__ == "__main__":
    main()
