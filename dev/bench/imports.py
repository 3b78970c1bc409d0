"""Speed and memory of an import, beside the bare engine writing the same documents."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil
from elasticsearch.helpers import async_scan, async_streaming_bulk
from msgspec import Struct

from app.engine.client import Engine
from app.engine.mappings import load_definition
from app.engine.names import Index
from app.settings import ROOT, Settings, get_settings
from dev.bench.report import table, write_section
from dev.demo.generate import only
from dev.demo.stream import generate
from dev.demo.writers.im import Layout, write_im
from indexers.setup import run as run_setup

TARGET_ROWS_PER_SECOND = 1_500
TARGET_MEMORY_MB = 500
_SAMPLE_SECONDS = 0.1
_SHARE_OF_IM = 0.4
"""The generator gives about 45 % of its stream to ИМ: enough is asked for and the rest cut."""


class Run(Struct, frozen=True):
    """One `otklik import`: `peak_mb` is of the command, `reader_mb` of its reading process."""

    line: str
    seconds: float
    peak_mb: float
    reader_mb: float


async def bench_imports(rows: int) -> None:
    """Loads a generated ИМ file of `rows` rows twice and prints and records the figures."""
    settings = get_settings()
    prefix = f"bench{os.getpid()}-"
    own = settings.model_copy(update={"index_prefix": prefix})
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
        path = Path(folder) / "im.xlsx"
        cases = islice(only(generate(int(rows / _SHARE_OF_IM), 11), "im"), rows)
        written = write_im(path, cases, Layout.CABINET)
        async with installation(own) as engine:
            first = _import(path, own, Path(folder))
            second = _import(path, own, Path(folder))
            bare = await _bare(engine, prefix)
    _report(written, path, first, second, bare)


@asynccontextmanager
async def installation(settings: Settings) -> AsyncIterator[Engine]:
    """Fresh indexes under the settings' prefix, removed afterwards."""
    engine = Engine(settings)
    try:
        await run_setup(engine, settings)
        yield engine
    finally:
        for name in await engine.client.indices.get(index=f"{settings.index_prefix}*"):
            await engine.client.indices.delete(index=name)
        await engine.close()


def _import(path: Path, settings: Settings, folder: Path) -> Run:
    """The command as a user runs it; its time includes the start of Python and the refresh."""
    environment = {
        **os.environ,
        "OTKLIK_INDEX_PREFIX": settings.index_prefix,
        "OTKLIK_DATA_DIR": str(folder / "data"),
    }
    command = [sys.executable, "-m", "cli.main", "import", str(path), "--profile", "im"]
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as child:
        stop = Event()
        peaks: dict[str, float] = {"command": 0.0, "reader": 0.0}
        watcher = Thread(target=_watch, args=(child.pid, stop, peaks))
        watcher.start()
        output, _ = child.communicate()
        stop.set()
        watcher.join()
    seconds = time.perf_counter() - started
    if child.returncode != 0:
        raise SystemExit(f"the import failed: {output[-500:]}")
    return Run(output.strip().splitlines()[-1], seconds, peaks["command"], peaks["reader"])


def _watch(pid: int, stop: Event, peaks: dict[str, float]) -> None:
    """Keeps the largest resident set seen of the command and of its child, in MB."""
    while not stop.wait(_SAMPLE_SECONDS):
        try:
            command = psutil.Process(pid)
            peaks["command"] = max(peaks["command"], command.memory_info().rss / 2**20)
            for child in command.children(recursive=True):
                peaks["reader"] = max(peaks["reader"], child.memory_info().rss / 2**20)
        except psutil.NoSuchProcess:
            continue


async def _bare(engine: Engine, prefix: str) -> float:
    """Documents a second when the engine's own helper writes the same documents, ready made."""
    alias = engine.read_alias(Index.CASES)
    documents = [hit["_source"] async for hit in async_scan(engine.client, index=alias)]
    wanted = load_definition(Index.CASES)
    name = f"{prefix}bare"
    await engine.client.indices.create(
        index=name, settings=wanted.settings, mappings=wanted.mappings
    )
    started = time.perf_counter()

    async def actions() -> AsyncIterator[dict[str, Any]]:
        for document in documents:
            yield {"_index": name, "_id": document["id"], "_source": document}

    async for _ in async_streaming_bulk(engine.client, actions(), chunk_size=1_000):
        pass
    await engine.client.indices.refresh(index=name)
    return len(documents) / (time.perf_counter() - started)


def _report(rows: int, path: Path, first: Run, second: Run, bare: float) -> None:
    share = rows / first.seconds / bare
    what = f"Файл «Инцидент менеджмент»: {rows} строк, 47 столбцов, из генератора ({path.name})."
    beside = (
        f"Голый движок пишет те же готовые документы со скоростью {bare:.0f}/с. Вся загрузка "
        f"(чтение XLSX, очистка, леммы, сверка, запись) идёт со скоростью {share:.2f} от неё."
    )
    target = f"Цель: не меньше {TARGET_ROWS_PER_SECOND} строк/с, не больше {TARGET_MEMORY_MB} МБ."
    header = ("прогон", "итог", "секунд", "строк/с", "память команды, МБ", "память чтения, МБ")
    figures = [_line(name, rows, run) for name, run in (("первый", first), ("второй", second))]
    how = "Время: от запуска команды `otklik import` до строк, видных поиску."
    lines = [what, how, "", *table(header, figures), "", beside, "", target]
    print("\n".join(lines))  # noqa: T201 - a command for people
    write_section("Загрузка таблицы", lines)


def _line(name: str, rows: int, run: Run) -> tuple[object, ...]:
    return (
        name,
        f"`{run.line}`",
        f"{run.seconds:.1f}",
        f"{rows / run.seconds:.0f}",
        f"{run.peak_mb:.0f}",
        f"{run.reader_mb:.0f}",
    )


def main(rows: int) -> None:
    asyncio.run(bench_imports(rows))
