"""Speed of the rebuild beside the bare helper's copy, with people searching and writing."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path
from typing import Any

from elasticsearch.helpers import async_scan, async_streaming_bulk
from msgspec import Struct, field

from app.engine import writer
from app.engine.client import Engine
from app.engine.mappings import load_definition
from app.engine.names import Index
from app.errors import ConflictError
from app.search.params import SearchParams
from app.search.service import search
from app.settings import Settings, get_settings
from app.system.models import Rebuild
from app.viewer import LOCAL_VIEWER
from dev.bench.imports import installation
from dev.bench.report import table, write_section
from dev.demo.generate import only
from dev.demo.stream import generate
from dev.demo.writers.im import Layout, write_im
from indexers.imports.run import run_import
from indexers.rebuild.run import rebuild

TARGET_SHARE = 0.5
_SHARE_OF_IM = 0.4
_PAUSE = 0.1
"""Ten searches and ten writes a second: a busy hour of a region."""
_CHUNK = 1_000
_QUESTIONS = ("нет горячей воды", "яма на дороге", "мусор не вывозят", "холодно в квартире")


class Life(Struct):
    """What went on during the rebuild; moments in seconds."""

    searches: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    revisions: dict[str, int] = field(default_factory=dict)
    over: bool = False


async def bench_rebuild(messages: int) -> None:
    """Prints and records the figures; fails where a write was lost."""
    settings = get_settings().model_copy(update={"index_prefix": f"bench{os.getpid()}-"})
    async with installation(settings) as engine:
        await _load(engine, settings, messages)
        bare = await _bare(engine, settings)
        quiet = await _timed(engine, settings)
        life = Life()
        tasks = [_search(engine, settings, life), _write(engine, life, await _some(engine))]
        running = [asyncio.create_task(task) for task in tasks]
        busy = await _timed(engine, settings)
        life.over = True
        await asyncio.gather(*running)
        lost = await _lost(engine, life)
    _report(bare, quiet, busy, life, lost)


async def _load(engine: Engine, settings: Settings, messages: int) -> None:
    from app.intake.service import receive

    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
        path = Path(folder) / "im.xlsx"
        own = settings.model_copy(update={"data_dir": Path(folder) / "data"})
        cases = islice(only(generate(int(messages / _SHARE_OF_IM), 11), "im"), messages)
        write_im(path, cases, Layout.CABINET)
        with path.open("rb") as stream:
            job = await receive(
                engine, own, LOCAL_VIEWER, stream=stream, file_name=path.name, profile="im"
            )
        await run_import(engine, own, job.id)


async def _bare(engine: Engine, settings: Settings) -> float:
    """Documents a second when the engine's own helpers copy the same index."""
    wanted = load_definition(Index.CASES)
    name = f"{settings.index_prefix}bare"
    index = {**wanted.settings["index"], "refresh_interval": "-1"}
    await engine.client.indices.create(
        index=name, settings={**wanted.settings, "index": index}, mappings=wanted.mappings
    )
    alias = engine.read_alias(Index.CASES)

    async def actions() -> AsyncIterator[dict[str, Any]]:
        async for hit in async_scan(engine.client, index=alias, size=_CHUNK):
            yield {"_index": name, "_id": hit["_id"], "_source": hit["_source"]}

    started = time.perf_counter()
    copied = 0
    async for _ in async_streaming_bulk(engine.client, actions(), chunk_size=_CHUNK):
        copied += 1
    await engine.client.indices.refresh(index=name)
    seconds = time.perf_counter() - started
    await engine.client.indices.delete(index=name)
    return copied / seconds


async def _timed(engine: Engine, settings: Settings) -> tuple[Rebuild, float]:
    """The rebuild from its first to its last step, and its documents a second."""
    started = time.perf_counter()
    done = await rebuild(engine, settings, Index.CASES, lambda _: None)
    return done, done.copied / (time.perf_counter() - started)


async def _some(engine: Engine) -> list[str]:
    body = {"size": 500, "_source": False, "sort": [{"id": "asc"}]}
    return [hit["_id"] for hit in (await engine.search(Index.CASES, body))["hits"]["hits"]]


async def _search(engine: Engine, settings: Settings, life: Life) -> None:
    while not life.over:
        params = SearchParams(q=_QUESTIONS[len(life.searches) % len(_QUESTIONS)])
        started = time.perf_counter()
        await search(engine, params, LOCAL_VIEWER, settings.zone)
        life.searches.append(time.perf_counter() - started)
        await asyncio.sleep(_PAUSE)


async def _write(engine: Engine, life: Life, keys: list[str]) -> None:
    while not life.over:
        key = keys[len(life.writes) % len(keys)]
        started = time.perf_counter()
        read = await engine.get(Index.CASES, key)
        if read is None:
            raise SystemExit(f"case {key} is gone")
        revision = read.source["rev"] + 1
        try:
            await writer.replace(engine, read, {**read.source, "rev": revision})
        except ConflictError:
            continue
        life.revisions[key] = revision
        life.writes.append(time.perf_counter() - started)
        await asyncio.sleep(_PAUSE)


async def _lost(engine: Engine, life: Life) -> int:
    """Acknowledged writes that the new index does not hold."""
    stored = [(await engine.get(Index.CASES, key), key) for key in life.revisions]
    return sum(read is None or read.source["rev"] < life.revisions[key] for read, key in stored)


def _report(
    bare: float, quiet: tuple[Rebuild, float], busy: tuple[Rebuild, float], life: Life, lost: int
) -> None:
    rows = [
        ("копия средствами движка", f"{bare:.0f}", "1.00"),
        ("перестройка, тишина", f"{quiet[1]:.0f}", f"{quiet[1] / bare:.2f}"),
        ("перестройка, ищут и пишут", f"{busy[1]:.0f}", f"{busy[1] / bare:.2f}"),
    ]
    what = (
        f"Обращений {quiet[0].copied}. Копия средствами движка — `async_scan` и "
        "`async_streaming_bulk` без обновления; перестройка — от первого шага до последнего, с "
        "вычислением лемм, сверкой и переключением."
    )
    meanwhile = (
        f"Пока шла вторая: поисков {len(life.searches)}, самый долгий "
        f"{max(life.searches) * 1000:.0f} мс, ни одного отказа; записей {len(life.writes)}, "
        f"самая долгая {max(life.writes) * 1000:.0f} мс, потеряно {lost}. "
        f"Запись ждала переключения {busy[0].pause_ms} мс."
    )
    target = f"Цель: не меньше {TARGET_SHARE} от копии средствами движка, потеряно 0."
    figures = table(["что", "документов/с", "доля"], rows)
    lines = [what, "", *figures, "", meanwhile, "", target]
    print("\n".join(lines))  # noqa: T201 - a command for people
    write_section("Перестройка индекса", lines)
    if lost:
        raise SystemExit(f"lost writes: {lost}")


def main(messages: int) -> None:
    asyncio.run(bench_rebuild(messages))
