"""The board and the page of one problem, as someone opens them who sees all and a head of a block.

Which message is of which problem is known from how the stream was made: assigning 300,000 of them
is measured by `dev.bench.problem_speed`. What a problem tells is worked out by the product itself.
"""

import asyncio
import os
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import click
import httpx
import msgspec
from msgspec import Struct

from app.accounts.roles import GRANTS, Role
from app.engine.client import Engine
from app.engine.names import Index
from app.growth.watching import watch
from app.problems.models import Problem
from app.problems.register import problem_id
from app.settings import Settings, get_settings
from app.viewer import LOCAL_VIEWER, Scope, Viewer
from dev.bench.imports import installation
from dev.bench.pages import served
from dev.bench.problem_cases import load, placed
from dev.bench.problem_stream import FIRST, TOWNS, Stream, Told, stream
from dev.bench.report import table, write_section
from dev.bench.search import percentile
from dev.bench.work import told_by_header
from indexers import bulk
from indexers.problems.describe import describe
from indexers.problems.growing import mark_growing

PROBLEMS = 3_000
TARGET_MS = {"доска": 200, "страница проблемы": 250}
WARM_UP, ASKED = 40, 400
_SEED = 29
_HOUR = 3_600.0
_CHUNK = 500
_POINTS = "/problems/map/points?south=-85&west=-180&north=85&east=180&zoom=11"
_LISTS = (
    *(f"/problems?show={show}" for show in ("all", "growing", "new", "stale", "returned")),
    *(f"/problems?page={page}" for page in (2, 3, 10, 40)),
    *(f"/problems?municipality={town}" for town in TOWNS),
    *("/problems?q=вода", "/problems?q=ямы+ленина", "/problems?state=new&from=2026-09-01"),
)
_LARGEST_SHARE = 0.5
"""Of the opened problems: those everybody talks about are opened most."""


class Took(Struct, frozen=True):
    page: str
    viewer: str
    seconds: list[float]


def main(total: int) -> None:
    asyncio.run(bench_board(total))


async def bench_board(total: int) -> None:
    own = {"index_prefix": f"bench{os.getpid()}-", "encoder_dir": ""}
    settings = get_settings().model_copy(update=own)
    async with installation(settings) as engine:
        found = await _fill(engine, settings, total)
        busy = os.getloadavg()[0]
        took = [
            one
            for name, viewer in (("всё", LOCAL_VIEWER), ("блок в одном городе", _head()))
            for one in await _measure(settings, name, viewer, found)
        ]
    lines = _lines(total, len(found), busy, took)
    click.echo("\n".join(lines))
    write_section("Доска проблем: скорость", lines)


async def _fill(engine: Engine, settings: Settings, total: int) -> list[str]:
    """Ids of all problems, those of most messages first."""
    days = (datetime.now(UTC) - FIRST).days
    told = stream(Stream(_SEED, 1, total, incidents=PROBLEMS, in_incidents=total // 2, days=days))
    members = _members(told)
    ids = {truth: problem_id(of[0].id) for truth, of in members.items()}
    await load(engine, told, lambda place, one: _document(place, one, ids))
    founded = [(ids[truth], of[0].id) for truth, of in members.items()]
    for start in range(0, len(founded), _CHUNK):
        actions = [_created(*one) for one in founded[start : start + _CHUNK]]
        await bulk.write(engine, Index.PROBLEMS, actions)
    described = await describe(engine, settings, _HOUR)
    if described < len(founded):
        raise RuntimeError(f"only {described} of {len(founded)} problems were described")
    await watch(engine, settings.zone, datetime.now(UTC))
    await mark_growing(engine)
    return [ids[truth] for truth in sorted(members, key=lambda one: -len(members[one]))]


def _members(told: Iterable[Told]) -> dict[str, list[Told]]:
    members: dict[str, list[Told]] = {}
    for one in told:
        members.setdefault(one.truth, []).append(one)
    return {truth: of for truth, of in members.items() if len(of) > 1}


def _document(place: int, one: Told, ids: dict[str, str]) -> bytes:
    found = ids.get(one.truth)
    member: dict[str, Any] = {"id": found, "score": 0.7} if found else {"score": 0.0}
    return msgspec.json.encode(placed(place, one) | {"problem": member})


def _created(name: str, founder: str) -> bulk.BulkAction:
    fresh = Problem(
        id=name, founder=founder, created_at=datetime.now(UTC), settled=False, recount=True
    )
    return bulk.BulkAction("create", name, msgspec.json.encode(fresh))


def _head() -> Viewer:
    scope = Scope(frozenset(TOWNS[:1]), frozenset({"Отдел 1", "Отдел 2"}), None)
    return Viewer(name="head", permissions=GRANTS[Role.BLOCK_HEAD].permissions, scopes=(scope,))


async def _measure(settings: Settings, name: str, viewer: Viewer, ids: Sequence[str]) -> list[Took]:
    async with served(settings, told_by_header([viewer])) as client:
        client.headers["x-bench-person"] = viewer.name
        pages = {
            "доска": _repeated(_LISTS),
            "страница проблемы": await _open_to(client, ids),
            "карта": [_POINTS] * 20,
            "тепловая карта": ["/problems/heat"] * 20,
            "рост": ["/problems/growth"] * 20,
        }
        return [Took(page, name, await _visits(client, paths)) for page, paths in pages.items()]


async def _open_to(client: httpx.AsyncClient, ids: Sequence[str]) -> list[str]:
    """The largest and any others, as far as this viewer may open them."""
    chance = Random(_SEED)  # noqa: S311 - a benchmark, not secrets
    largest = list(ids[: int(ASKED * _LARGEST_SHARE)])
    asked = [*largest, *chance.sample(list(ids[len(largest) :]), min(ASKED, len(ids) // 2))]
    paths = [f"/problems/{one}" for one in asked]
    seen = [path for path in paths if (await client.get(path)).status_code == 200]  # noqa: PLR2004
    return _repeated(seen)


def _repeated(paths: Sequence[str]) -> list[str]:
    chance = Random(_SEED)  # noqa: S311 - a benchmark, not secrets
    return [chance.choice(paths) for _ in range(WARM_UP + ASKED)]


async def _visits(client: httpx.AsyncClient, paths: Sequence[str]) -> list[float]:
    """Seconds without those of the first, cold ones. Raises where a page failed."""
    seconds = []
    for path in paths:
        started = time.perf_counter()
        (await client.get(path)).raise_for_status()
        seconds.append(time.perf_counter() - started)
    return seconds[min(WARM_UP, len(paths) // 4) :]


def _lines(total: int, problems: int, busy: float, took: Sequence[Took]) -> list[str]:
    rows = [
        [
            one.page,
            one.viewer,
            len(one.seconds),
            *(f"{percentile(one.seconds, share) * 1000:.0f}" for share in (0.5, 0.95, 0.99)),
            f"≤ {TARGET_MS[one.page]}" if one.page in TARGET_MS else "",
        ]
        for one in took
    ]
    names = ["страница", "кто видит", "раз", "p50, мс", "p95, мс", "p99, мс", "цель, p95"]
    return [
        (
            f"Сообщений: {total}, проблем: {problems}. Средняя загрузка перед измерением "
            f"{busy:.1f} на {os.cpu_count()} ядра. Страница целиком, через настоящий сокет."
        ),
        "",
        *table(names, rows),
    ]
