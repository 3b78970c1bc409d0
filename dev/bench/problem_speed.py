"""How many messages a second find their problem on the real engine, and what describing takes."""

import asyncio
import os
import time

import click

from app.settings import get_settings
from dev.bench.imports import installation
from dev.bench.problem_cases import load
from dev.bench.problem_stream import Stream, stream
from dev.bench.report import table, write_section
from indexers.problems.assign import Assigned, assign
from indexers.problems.describe import describe

MESSAGES = 10_000
LEAST = 300
"""Messages a second."""
_HOUR = 3_600.0


def main() -> None:
    asyncio.run(bench_problems())


async def bench_problems() -> None:
    own = {"index_prefix": f"bench{os.getpid()}-", "encoder_dir": ""}
    settings = get_settings().model_copy(update=own)
    busy = os.getloadavg()[0]
    async with installation(settings) as engine:
        await load(engine, stream(Stream(seed=17, half=1, total=MESSAGES)))
        started = time.perf_counter()
        told = await assign(engine, _HOUR)
        assigning, started = time.perf_counter() - started, time.perf_counter()
        described = await describe(engine, settings, _HOUR)
        describing = time.perf_counter() - started
        _check(told)
    lines = [
        (
            f"Сообщений: {MESSAGES}, векторы готовы. Средняя загрузка перед измерением {busy:.1f} "
            f"на {os.cpu_count()} ядра."
        ),
        "",
        *table(
            ["что", "итог", "цель"],
            [
                ["разобрано сообщений в секунду", f"{MESSAGES / assigning:.0f}", f"≥ {LEAST}"],
                ["из них одиночных", told.alone, ""],
                ["проблем", told.founded, ""],
                ["описано проблем в секунду", f"{described / describing:.0f}", ""],
            ],
        ),
    ]
    click.echo("\n".join(lines))
    write_section("Проблемы: скорость", lines)


def _check(told: Assigned) -> None:
    """A fast run that left something out is no measurement."""
    left = MESSAGES - told.joined - told.alone
    if left or told.lost:
        raise RuntimeError(f"{left} of {MESSAGES} were not looked at")
