"""The enrichment: how many messages of 200 signs a second get what a machine adds, and how many
vectors the encoder alone makes.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import click
import psutil
from msgspec import Struct
from msgspec.structs import replace

from app.cases.models import Case
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EncoderError
from app.meaning.folder import known_manifest
from app.meaning.process import START_SECONDS, EncoderProcess, encoder_of
from app.meaning.service import BATCH_SECONDS, current_meaning
from app.meaning.waiting import waiting
from app.settings import Settings, get_settings
from dev.bench.imports import installation
from dev.bench.messages import as_case, load, messages
from dev.bench.report import table, write_section
from dev.demo.models import DemoCase
from indexers.enrichment.run import BATCH, enrich

MESSAGES = 3_000
_WARM_UP = 1_500
"""Before them: a Java engine of a minute ago spends half of both cores on compiling itself."""
SIGNS = 200
LEAST = 60
"""Messages a second."""
MOST_MB = 600
_HOUR = 3_600.0
_LOOKS_SECONDS = 0.3


def of_length(texts: Iterator[str]) -> Iterator[str]:
    """Texts of `SIGNS` signs made of `texts`, short ones joined and long ones cut."""
    rest = ""
    for text in texts:
        rest = f"{rest} {' '.join(text.split())}".strip()
        while len(rest) >= SIGNS:
            yield rest[:SIGNS]
            rest = rest[SIGNS:].lstrip()


class _Town:
    """Cases whose texts are all of one length."""

    def __init__(self) -> None:
        self.texts = list(_enough())

    def made(self, demo: DemoCase) -> Case:
        text = self.texts[demo.serial % len(self.texts)]
        return replace(as_case(demo), title=None, text=text)

    def made_before(self, demo: DemoCase) -> Case:
        one = self.made(demo)
        return replace(one, id=f"before-{one.id}", number=f"before-{one.number}")


def _enough() -> Iterator[str]:
    made = of_length(demo.text for demo in messages(MESSAGES * 3))
    for _ in range(MESSAGES):
        yield next(made)


def _process(settings: Settings) -> EncoderProcess:
    """The one that the enrichment uses, too."""
    return encoder_of(Path(settings.encoder_dir), settings.encoder_threads)


def bare(settings: Settings, texts: list[str]) -> float:
    """Texts a second by the encoder alone."""
    process, code = _process(settings), known_manifest(Path(settings.encoder_dir)).code
    if not process.start(START_SECONDS):
        raise EncoderError(process.trouble)
    started = time.perf_counter()
    for start in range(0, len(texts), BATCH):
        process.encode(texts[start : start + BATCH], BATCH_SECONDS, code)
    return len(texts) / (time.perf_counter() - started)


class Rates(Struct, frozen=True):
    """Messages a second."""

    derived: float
    """Until each had its vector, place and suggestions."""
    whole: float
    """Until pairs were looked for, too."""


async def whole(engine: Engine, settings: Settings, written: int) -> Rates:
    version = (await current_meaning(engine)).version
    started = time.perf_counter()
    watch = asyncio.create_task(_derived_at(engine, version))
    told = await enrich(engine, settings, _HOUR)
    ended = time.perf_counter()
    left = await engine.count(Index.CASES, waiting(version))
    if left or told.done != written:
        raise RuntimeError(f"{left} of {written} still wait")
    return Rates(written / (await watch - started), written / (ended - started))


async def _derived_at(engine: Engine, version: str) -> float:
    """The moment when nothing is left to be derived."""
    while True:
        if not await engine.count(Index.CASES, waiting(version)):
            return time.perf_counter()
        await asyncio.sleep(_LOOKS_SECONDS)


def _megabytes(process: EncoderProcess) -> float:
    if process.pid is None:
        raise EncoderError(process.trouble)
    return float(psutil.Process(process.pid).memory_info().rss) / 2**20


async def bench_enrichment() -> None:
    own = get_settings().model_copy(update={"index_prefix": f"bench{os.getpid()}-"})
    town, busy = _Town(), os.getloadavg()[0]
    encoder = bare(own, town.texts)
    async with installation(own) as engine:
        await load(engine, _WARM_UP, made=town.made_before)
        await enrich(engine, own, _HOUR)
        written = await load(engine, MESSAGES, made=town.made)
        rates = await whole(engine, own, written)
    lines = _lines(written, busy, encoder, rates, _megabytes(_process(own)))
    click.echo("\n".join(lines))
    write_section("Смысл сообщений: скорость", lines)


def _lines(written: int, busy: float, encoder: float, rates: Rates, megabytes: float) -> list[str]:
    return [
        (
            f"Сообщений: {written}, по {SIGNS} знаков, после {_WARM_UP} других. Модель считает "
            f"отдельный процесс, потоков: {get_settings().encoder_threads}. Движок работает на "
            f"той же машине. Средняя загрузка перед измерением {busy:.1f} на {os.cpu_count()} ядра."
        ),
        "",
        *table(
            ["что", "итог", "цель"],
            [
                ["модель одна, сообщений в секунду", f"{encoder:.0f}", ""],
                [
                    "векторы, места, подсказки, в секунду",
                    f"{rates.derived:.0f}",
                    f"≥ {LEAST}",
                ],
                ["и пары на проверку, в секунду", f"{rates.whole:.0f}", ""],
                ["память процесса модели, МБ", f"{megabytes:.0f}", f"≤ {MOST_MB}"],
            ],
        ),
    ]


def main() -> None:
    asyncio.run(bench_enrichment())
