"""Gives messages to problems, in the order they came: found by a query, safe to do again.

Problems are written first and say so (`settled` false), then the messages in their order. Whatever
breaks between the two leaves a problem that counts too many: describing it counts anew. Whatever
breaks between two messages leaves the first of them, as if no more had come yet.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from msgspec import Struct

from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import OtklikError
from app.meaning.waiting import underived
from app.problems import query
from app.problems.book import load_windows
from app.problems.gathering import arrival_of
from app.problems.register import Decision, Register
from app.problems.scoring import Arrival
from app.problems.windows import Windows
from indexers import cases
from indexers.enrichment.failures import BROKEN
from indexers.problems.aside import Aside
from indexers.problems.placing import placed, write_cases, write_problems
from indexers.problems.surroundings import Surroundings

log = structlog.get_logger()

BATCH = 500
_PATIENCE = timedelta(minutes=30)
"""How long a message waits for its vector: then place and theme decide."""
_MOST_BEHIND = 1_000
"""Cases still to be enriched, newest first, before which the older ones would come too late."""


class Assigned(Struct):
    """Of one call."""

    joined: int = 0
    founded: int = 0
    alone: int = 0
    lost: int = 0
    """Written by others each time: they wait for the next call."""
    broken: int = 0
    """Set aside until their next try."""
    left: bool = False


async def assign(engine: Engine, seconds: float, batch: int = BATCH) -> Assigned:
    """Works for about `seconds`. One at a time per installation: two would not see each other."""
    ends, told = time.monotonic() + seconds, Assigned()
    if await engine.count(Index.CASES, underived()) > _MOST_BEHIND:
        return told
    windows = (await load_windows(engine)).windows
    run = _Run(engine, windows, await Aside.opened(engine), told)
    while ids := await _next(engine, batch, run.besides):
        if time.monotonic() >= ends:
            told.left = True
            break
        await run.do(ids)
    return told


async def _next(engine: Engine, size: int, besides: Collection[str]) -> list[str]:
    await engine.refresh(Index.CASES)
    since = datetime.now(UTC) - _PATIENCE if engine.encoder_dir else None
    body = query.waiting(size, since, besides)
    return [hit["_id"] for hit in (await engine.search(Index.CASES, body))["hits"]["hits"]]


class _Run:
    """Batch after batch, with what is known of the surroundings."""

    def __init__(self, engine: Engine, windows: Windows, aside: Aside, told: Assigned) -> None:
        self._engine, self._windows, self._aside, self._told = engine, windows, aside, told
        self._around = Surroundings(engine, windows)
        self._lost: set[str] = set()

    @property
    def besides(self) -> set[str]:
        """To be left for the next call, or until their next try."""
        return self._lost | self._aside.ids

    def _look_anew(self) -> None:
        self._around = Surroundings(self._engine, self._windows)

    async def do(self, ids: Sequence[str]) -> None:
        """Anything but a batch that is written whole makes what is known out of date."""
        read = await cases.fetch(self._engine, ids)
        arrivals, unreadable = _arrivals(read)
        await self._set_aside(unreadable, read)
        if not arrivals or not await self._covered(arrivals, read):
            return
        decisions, broken = _decided(self._around.register, arrivals)
        if broken:
            self._look_anew()  # one that broke may be half counted in
            await self._set_aside(broken, read)
            return  # the others are found again
        await self._write(decisions, read)

    async def _write(self, decisions: Mapping[str, Decision], read: Mapping[str, Stored]) -> None:
        raced, refused = await write_problems(self._engine, self._around.register, decisions)
        kept = {
            one: made
            for one, made in decisions.items()
            if made.problem not in raced and made.problem not in refused
        }
        lost, failed = await write_cases(self._engine, read, placed(kept))
        lost |= {one for one, made in decisions.items() if made.problem in raced}
        await self._set_aside({one: failed[one] for one in failed.keys() & read.keys()}, read)
        await self._aside.placed(kept.keys() - lost - failed.keys())
        self._count(kept, lost | failed.keys())
        self._told.lost += len(lost)
        self._lost |= lost
        if lost or failed or refused:
            self._look_anew()
        guilty = [one for one, made in decisions.items() if made.problem in refused]
        await self._narrow(guilty, read, lambda one: refused[decisions[one].problem or ""])

    async def _covered(self, arrivals: Sequence[Arrival], read: Mapping[str, Stored]) -> bool:
        """False where the engine cannot be asked for what some message may join."""
        try:
            await self._around.cover(arrivals)
        except OtklikError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever may stand in a document
            met = error
        else:
            return True
        self._look_anew()
        await self._narrow([one.id for one in arrivals], read, lambda one: _why(one, met))
        return False

    async def _narrow(
        self, guilty: Sequence[str], read: Mapping[str, Stored], why: Callable[[str], str]
    ) -> None:
        """One of them is to blame: it is found by halving, the others are done."""
        if len(guilty) == 1:
            await self._set_aside({guilty[0]: why(guilty[0])}, read)
            return
        middle = len(guilty) // 2
        for half in (guilty[:middle], guilty[middle:]):
            if half:
                await self._engine.refresh(Index.CASES)  # what was just left alone may be joined
                await self.do(half)

    async def _set_aside(self, reasons: Mapping[str, str], read: Mapping[str, Stored]) -> None:
        await self._aside.put(reasons, read)
        self._told.broken += len(reasons)

    def _count(self, decisions: Mapping[str, Decision], besides: Collection[str]) -> None:
        made = [one for case_id, one in decisions.items() if case_id not in besides]
        joined = [one for one in made if one.problem is not None]
        self._told.joined += len(joined)
        self._told.alone += len(made) - len(joined)
        self._told.founded += sum(one.founder is not None for one in joined)


def _arrivals(read: Mapping[str, Stored]) -> tuple[list[Arrival], dict[str, str]]:
    """In the order they came; and why of those that cannot be compared with anything."""
    arrivals, broken = [], {}
    for case_id, one in read.items():
        try:
            arrivals.append(arrival_of(one.source))
        except Exception as error:  # noqa: BLE001 - whatever may stand in a document
            broken[case_id] = _why(case_id, error)
    return sorted(arrivals, key=_order), broken


def _decided(
    register: Register, arrivals: Sequence[Arrival]
) -> tuple[dict[str, Decision], dict[str, str]]:
    """What becomes of each; and why of those that break the rules. These keep no other waiting."""
    decisions, broken = {}, {}
    for one in arrivals:
        try:
            decisions[one.id] = register.assign(one)
        except Exception as error:  # noqa: BLE001 - whatever a rule may meet in a message
            broken[one.id] = _why(one.id, error)
    return decisions, broken


def _why(case_id: str, error: Exception) -> str:
    log.error("case_breaks_assigning", case_id=case_id, error=type(error).__name__)
    return BROKEN


def _order(one: Arrival) -> tuple[datetime, str]:
    return one.at, one.id
