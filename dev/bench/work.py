"""«Моя работа» as ten people use it: queues, filters, pages, cases, the next case, live numbers."""

import asyncio
import html
import os
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import click
import httpx
from msgspec.structs import replace

from app.accounts.models import User
from app.accounts.roles import Role
from app.accounts.scopes import viewer_for
from app.cases.codes import Importance, State
from app.cases.models import Case
from app.engine.client import Engine
from app.engine.names import Index
from app.reference.departments import Department, DepartmentBook, Sector
from app.settings import Settings, get_settings
from app.viewer import Viewer
from app.web.access import AnyConnection
from app.work.queues import OPEN, Queue, offered_queues
from dev.bench.imports import installation
from dev.bench.messages import as_case, load
from dev.bench.pages import PAUSE_SECONDS, served
from dev.bench.report import table, write_section
from dev.bench.search import percentile
from dev.demo.models import DemoCase
from dev.demo.town import departments

TARGET_MS = 150
USERS, SECONDS = 10, 90.0
_OPEN_SHARE = 0.05
"""Of 300,000 messages of several years 15,000 are being worked on: more than any city has."""
_HELD_SHARE = 0.75
_IMPORTANT_SHARE = 0.06
_ASKED_SHARE = 0.03
_EACH = 12
"""People in a department."""
_LATE, _AHEAD = timedelta(days=6), timedelta(days=30)
_STATES = (
    *[State.IN_PROGRESS] * 8, *[State.ASSIGNED] * 5, *[State.NEW] * 2,
    State.MODERATION, State.APPROVAL, State.INTERIM, State.INTERIM,
)  # fmt: skip
_WHO = "x-bench-person"
_CASE = re.compile(r'class="hit-number figures" href="([^"]+)"')
_NEXT_PAGE = re.compile(r'rel="next" href="([^"]+)"')
_FILTER = re.compile(r'class="facet-row" href="([^"]+)"')
_LIVE = re.compile(r'hx-get="(/work/live[^"]+)"')
_ONWARD = re.compile(r'href="(/work/next[^"]+)"')

Visit = tuple[str, int, float]
"""Kind of page, status, seconds."""


def working(now: datetime) -> Callable[[DemoCase], Case]:
    """Makes cases of messages: most are over, the others lie in somebody's hands and burn."""
    names = [one.name for one in departments()]

    def made(demo: DemoCase) -> Case:
        chance = Random(demo.serial)  # noqa: S311 - a benchmark, not secrets
        case = as_case(demo)
        if chance.random() > _OPEN_SHARE:
            return replace(case, state=State.CLOSED, closed_at=case.deadline_at or now)
        state = chance.choice(_STATES)
        free = state in {State.NEW, State.MODERATION} or chance.random() > _HELD_SHARE
        place = names.index(demo.department.name)
        work = replace(
            case.workflow,
            assignee=None if free else login(place, chance.randrange(_EACH)),
            asked=[chance.choice(names)] if chance.random() < _ASKED_SHARE else [],
        )
        return replace(
            case,
            state=state,
            workflow=work,
            importance=Importance.HIGH if chance.random() < _IMPORTANT_SHARE else None,
            received_at=now - timedelta(minutes=chance.randrange(30 * 24 * 60)),
            updated_at=now - timedelta(minutes=chance.randrange(7 * 24 * 60)),
            deadline_at=now - _LATE + chance.random() * (_LATE + _AHEAD),
        )

    return made


def login(department: int, number: int) -> str:
    return f"person-{department}-{number}"


def people() -> list[Viewer]:
    """Six executors of different departments, two operators, a block head and a coordinator."""
    book = DepartmentBook(
        [
            Department(code=one.code, name=one.name, sector="town" if place < 4 else None)  # noqa: PLR2004
            for place, one in enumerate(departments())
        ],
        [Sector("town", "Городское хозяйство")],
    )
    codes = list(book.departments)
    given: list[tuple[str, Role, int | None]] = [
        (login(place % len(codes), 1), Role.EXECUTOR, place) for place in range(USERS - 4)
    ]
    given += [("operator-1", Role.OPERATOR, None), ("operator-2", Role.OPERATOR, None)]
    given += [("head-1", Role.BLOCK_HEAD, None), ("coordinator-1", Role.COORDINATOR, None)]
    now = datetime.now(UTC)
    users = [
        User(
            login=name,
            name=name,
            roles=[role],
            department=codes[place % len(codes)] if place is not None else None,
            sector="town" if role is Role.BLOCK_HEAD else None,
            created_at=now,
            created_by="bench",
            updated_at=now,
        )
        for name, role, place in given
    ]
    return [viewer_for(user, book) for user in users]


def told_by_header(viewers: list[Viewer]) -> Callable[[AnyConnection], Awaitable[Viewer | None]]:
    known = {viewer.name: viewer for viewer in viewers}

    async def who_asks(connection: AnyConnection) -> Viewer | None:
        return known.get(connection.headers.get(_WHO, ""))

    return who_asks


class Person:
    """Opens pages one after another, each chosen from what the one before offers."""

    def __init__(self, client: httpx.AsyncClient, viewer: Viewer, seed: int) -> None:
        self._client = client
        self._headers = {_WHO: viewer.name}
        self._queues = offered_queues(viewer)
        self._chance = Random(seed)  # noqa: S311 - a benchmark, not secrets
        self.visits: list[Visit] = []

    async def work(self, seconds: float, late: float) -> None:
        await asyncio.sleep(late * PAUSE_SECONDS)
        ends = time.perf_counter() + seconds
        while time.perf_counter() < ends:
            queue = self._chance.choice([*self._queues, Queue.MINE, Queue.OPEN])
            text = await self._open("список", f"/work?queue={queue.value}")
            for kind, pattern in (
                ("список с фильтром", _FILTER),
                ("следующая страница", _NEXT_PAGE),
            ):
                text = await self._follow(kind, pattern, text) or text
            shown = await self._follow("обращение", _CASE, text)
            await self._follow("следующее обращение", _ONWARD, shown)
            await self._follow("живые числа", _LIVE, text)

    async def _follow(self, kind: str, pattern: re.Pattern[str], text: str) -> str:
        found = pattern.findall(text)
        return await self._open(kind, html.unescape(self._chance.choice(found))) if found else ""

    async def _open(self, kind: str, path: str) -> str:
        started = time.perf_counter()
        answer = await self._client.get(path, headers=self._headers, follow_redirects=True)
        self.visits.append((kind, answer.status_code, time.perf_counter() - started))
        await asyncio.sleep(PAUSE_SECONDS)
        return answer.text


async def bench_work(messages: int) -> None:
    """Loads cases into indexes of their own, lets ten people work, records what they waited."""
    now = datetime.now(UTC)
    own = get_settings().model_copy(update={"index_prefix": f"bench{os.getpid()}-"})
    async with installation(own) as engine:
        written = await load(engine, messages, made=working(now))
        opened = await _open_cases(engine)
        click.echo(f"{written} cases, {opened} of them open")
        busy = os.getloadavg()[0]
        await _visit(own, 15.0, 1)  # Java compiles what it has seen often
        visits = await _visit(own, SECONDS, 2)
    lines = _lines(written, opened, busy, visits)
    click.echo("\n".join(lines))
    write_section("«Моя работа»: скорость", lines)


async def _open_cases(engine: Engine) -> int:
    return await engine.count(Index.CASES, OPEN)


async def _visit(settings: Settings, seconds: float, seed: int) -> list[Visit]:
    viewers = people()
    async with served(settings, told_by_header(viewers)) as client:
        each = [Person(client, viewer, seed * 100 + place) for place, viewer in enumerate(viewers)]
        await asyncio.gather(
            *(person.work(seconds, place / USERS) for place, person in enumerate(each))
        )
    return [one for person in each for one in person.visits]


def _lines(written: int, opened: int, busy: float, visits: list[Visit]) -> list[str]:
    kinds = list(dict.fromkeys(kind for kind, _, _ in visits))
    rows = [_row(kind, [one for one in visits if one[0] == kind]) for kind in kinds]
    return [
        (
            f"Обращений: {written}, не закрыто из них {opened}. Людей: {USERS} (шесть сотрудников, "
            "два оператора, руководитель блока, координатор), каждый "
            f"{SECONDS:.0f} с открывает свои очереди и обращения и после каждой страницы отдыхает "
            "секунду. Сайт, люди и движок на одной машине; средняя загрузка перед измерением "
            f"{busy:.1f} на {os.cpu_count()} ядра: больше числа ядер значит, что мерили под "
            "чужой работой."
        ),
        "",
        *table(
            ["страница", "открыто", "не 200", "p50, мс", "p95, мс", "p99, мс"],
            [*rows, _row("все", visits)],
        ),
        "",
        f"Цель: p95 списков и обращения не больше {TARGET_MS} мс.",
    ]


def _row(kind: str, visits: list[Visit]) -> list[Any]:
    seconds = [taken for _, _, taken in visits]
    failed = sum(status != 200 for _, status, _ in visits)  # noqa: PLR2004 - HTTP
    shares = (0.5, 0.95, 0.99)
    times = [f"{percentile(seconds, share) * 1000:.0f}" for share in shares]
    return [kind, len(visits), failed, *times]


def main(messages: int) -> None:
    asyncio.run(bench_work(messages))
