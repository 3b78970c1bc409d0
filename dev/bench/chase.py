"""The chase over many open cases: a minute in which nothing is due, and minutes that are busy."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta

import click
from msgspec.structs import replace

from app.accounts import repository as accounts
from app.accounts.models import User
from app.accounts.roles import Role
from app.cases.chase import without_past
from app.cases.chasing import to_chase
from app.cases.codes import State
from app.cases.deadlines import timed
from app.cases.models import Case
from app.deadlines.shipped import SHIPPED
from app.engine.client import Engine
from app.engine.names import Index
from app.settings import get_settings
from dev.bench.imports import installation
from dev.bench.messages import as_case, load
from dev.bench.report import table, write_section
from dev.demo.models import DemoCase
from dev.demo.town import departments
from indexers.chase.sweep import sweep

EACH_MINUTE, MINUTES = 500, 5
IDLE_SECONDS, BUSY_SECONDS = 1.0, 5.0
_CROWD = 2_000
_PEOPLE = 200
_WARNED_BEFORE = timedelta(days=1)
"""Where a source names the due moment, as `app.cases.chase` has it."""


class Town:
    """Open cases of which 500 are due in each minute after `start`."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self._made = 0

    def made(self, demo: DemoCase) -> Case:
        minute, self._made = self._made // EACH_MINUTE, self._made + 1
        due = self.start + timedelta(minutes=minute) + _WARNED_BEFORE
        case = replace(
            as_case(demo),
            state=State.IN_PROGRESS,
            received_at=self.start - timedelta(days=9),
            deadline_at=due,
        )
        staged = timed(None, case, SHIPPED, self.start, given=due)
        return without_past(staged, SHIPPED, self.start - timedelta(seconds=1))


async def _hire(engine: Engine, now: datetime) -> None:
    for number in range(_PEOPLE):
        role = Role.COORDINATOR if number < 3 else Role.EXECUTOR  # noqa: PLR2004
        user = User(
            login=f"person-{number}",
            name=f"Петрова Анна {number}",
            roles=[role],
            created_at=now,
            created_by="bench",
            updated_at=now,
            department=departments()[number % len(departments())].code,
        )
        await accounts.create(engine, user)


async def _timed(engine: Engine, now: datetime) -> tuple[float, int]:
    """Seconds of one sweep and how many events it left."""
    started = time.perf_counter()
    swept = await sweep(engine, get_settings().zone, now)
    return time.perf_counter() - started, swept.events


async def bench_chase(messages: int) -> None:
    town = Town(datetime.now(UTC).replace(second=0, microsecond=0))
    own = get_settings().model_copy(update={"index_prefix": f"bench{os.getpid()}-"})
    async with installation(own) as engine:
        await _hire(engine, town.start)
        written = await load(engine, messages, made=town.made)
        click.echo(f"{written} open cases")
        busy = os.getloadavg()[0]
        idle = [await _timed(engine, town.start - timedelta(seconds=1)) for _ in range(MINUTES)]
        usual = []
        for minute in range(MINUTES):
            usual.append(await _timed(engine, town.start + timedelta(minutes=minute)))
            await engine.refresh(Index.CASES)
        later = town.start + timedelta(minutes=MINUTES - 1 + _CROWD // EACH_MINUTE)
        crowd = await _timed(engine, later)
        await engine.refresh(Index.CASES)
        left = await engine.count(Index.CASES, to_chase(later))
    lines = _lines(written, busy, idle, usual, [crowd], left)
    click.echo("\n".join(lines))
    write_section("Напоминания о сроках: скорость", lines)


def _lines(
    written: int,
    busy: float,
    idle: list[tuple[float, int]],
    usual: list[tuple[float, int]],
    crowd: list[tuple[float, int]],
    left: int,
) -> list[str]:
    return [
        (
            f"Открытых обращений: {written}, людей: {_PEOPLE}. Проход ищет, что пора сделать, и "
            "пишет об этом в истории обращений. Средняя загрузка перед измерением "
            f"{busy:.1f} на {os.cpu_count()} ядра. Осталось не сделано: {left}."
        ),
        "",
        *table(
            ["проход", "сколько раз", "событий за раз", "обычно, с", "дольше всего, с", "цель, с"],
            [
                _row("делать нечего", idle, IDLE_SECONDS),
                _row("обычная минута", usual, BUSY_SECONDS),
                _row("разом", crowd, BUSY_SECONDS),
            ],
        ),
    ]


def _row(name: str, runs: list[tuple[float, int]], target: float) -> list[object]:
    seconds = sorted(taken for taken, _ in runs)
    middle, slowest = seconds[len(seconds) // 2], seconds[-1]
    most = max(events for _, events in runs)
    return [name, len(runs), most, f"{middle:.3f}", f"{slowest:.3f}", f"{target:.0f}"]


def main(messages: int) -> None:
    asyncio.run(bench_chase(messages))
