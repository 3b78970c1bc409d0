"""`otklik rebuild`: from wherever an earlier try stopped to the switch."""

import time
from datetime import UTC, datetime, timedelta

import structlog

from app.engine.client import Engine
from app.engine.mappings import IndexDefinition, load_definition
from app.engine.names import Index
from app.errors import BadInputError, EngineSetupError, RebuildError
from app.settings import Settings
from app.system.models import Rebuild, RebuildPhase
from app.system.rebuilds import StoredRebuild, get_rebuild
from indexers.aliases import live_index
from indexers.rebuild import target as new
from indexers.rebuild.compare import bring_late_writes, compare_and_repair
from indexers.rebuild.follow import Copied, follow
from indexers.rebuild.lease import Leader, Report, alive, lead
from indexers.rebuild.means import with_newest_mean
from indexers.rebuild.stream import Page, count
from indexers.rebuild.switch import freeze, reopen, switch
from indexers.setup import replicas_for

log = structlog.get_logger()

REBUILDABLE = frozenset({Index.CASES})
"""Those whose documents carry `rev`. The others are small; their mappings only grow."""
_NEARLY_LEVEL = 500
"""Documents a pass may find and still be the last before the switch: 0.2 s of copying."""
_PASSES = 40
"""Each pass is shorter than the one before while writing is slower than copying (2,000/s against
3,000/s at worst, a running import); after 40 it is not, and waiting for a quieter hour helps."""


def check_rebuildable(index: Index) -> None:
    """Raises BadInputError with what to do instead."""
    if index not in REBUILDABLE:
        raise BadInputError(
            f"Индекс {index} не перестраивается: эта команда только для cases.", field="index"
        )


async def rebuild(engine: Engine, settings: Settings, index: Index, report: Report) -> Rebuild:
    """Returns the finished record. Repeating it after any interruption is safe.

    `RebuildError` where another process leads, or where something stopped it: then the live index
    is as it was, and the record says why.
    """
    check_rebuildable(index)
    live = await live_index(engine, index)
    if live.name is None:
        raise EngineSetupError("Индексы ещё не созданы. Выполните команду «otklik setup».")
    shipped = load_definition(index, replicas=await replicas_for(engine))
    wanted = await with_newest_mean(engine, shipped)
    stored = await get_rebuild(engine, index)
    if stored and alive(stored.rebuild):
        raise RebuildError(_led_by(stored.rebuild, settings))
    begun = await _where_to_begin(engine, stored, live.name, wanted)
    lasts = timedelta(seconds=settings.lease_seconds)
    async with lead(engine, begun, stored, lasts, report) as leader:
        run = _Run(engine, leader, wanted)
        await (run.after_the_switch() if live.name == begun.target else run.all_phases())
    log.info("rebuild_done", index=index, target=leader.rebuild.target)
    return leader.rebuild


def _led_by(rebuild: Rebuild, settings: Settings) -> str:
    since = rebuild.started_at.astimezone(settings.zone)
    return (
        f"Перестройка уже идёт с {since:%d.%m.%Y %H:%M}, её ведёт {rebuild.owner}: "
        f"скопировано {rebuild.copied} из {rebuild.total}."
    )


async def _where_to_begin(
    engine: Engine, stored: StoredRebuild | None, live: str, wanted: IndexDefinition
) -> Rebuild:
    """The interrupted rebuild, where it still fits; else a new one."""
    if stored and stored.rebuild.phase is not RebuildPhase.DONE:
        begun = stored.rebuild
        fits = live in {begun.source, begun.target}
        if fits and await new.usable(engine, begun.target, wanted):
            return begun
    now = datetime.now(UTC)
    return Rebuild(
        index=wanted.index,
        source=live,
        target=await new.free_name(engine, wanted),
        phase=RebuildPhase.PREPARING,
        started_at=now,
        updated_at=now,
    )


class _Run:
    def __init__(self, engine: Engine, leader: Leader, wanted: IndexDefinition) -> None:
        self._engine = engine
        self._leader = leader
        self._wanted = wanted

    @property
    def _now(self) -> Rebuild:
        return self._leader.rebuild

    async def all_phases(self) -> None:
        """A phase that was passed before an interruption is passed again quickly."""
        await reopen(self._engine, self._now.index)
        if self._now.phase is RebuildPhase.PREPARING:
            await self._prepare()
        if self._now.phase is RebuildPhase.COPYING:
            await self._pass(self._count_copied)
        await self._leader.update(phase=RebuildPhase.FOLLOWING)
        await self._until_level()
        await self._check()
        await self._until_level()
        await self._switch()
        await self.after_the_switch()

    async def _prepare(self) -> None:
        if not await new.usable(self._engine, self._now.target, self._wanted):
            await new.make(self._engine, self._now.target, self._wanted)
        total = await count(self._engine, self._now.source)
        await self._leader.update(phase=RebuildPhase.COPYING, total=total)

    async def _pass(self, copied: Copied) -> int:
        now = self._now
        position, passed = await follow(self._engine, now.source, now.target, now.position, copied)
        await self._leader.update(position=position)
        return passed

    async def _count_copied(self, page: Page, position: int) -> None:
        copied = self._now.copied + len(page.documents)
        await self._leader.update(
            position=position, copied=copied, total=max(self._now.total, copied)
        )

    async def _count_repaired(self, page: Page, position: int) -> None:
        repaired = self._now.repaired + len(page.documents)
        await self._leader.update(position=position, repaired=repaired)

    async def _until_level(self) -> None:
        for _ in range(_PASSES):
            if await self._pass(self._count_repaired) <= _NEARLY_LEVEL:
                return
        raise RebuildError(
            "Пишут быстрее, чем копируется. Дождитесь конца загрузок и повторите команду."
        )

    async def _check(self) -> None:
        """Compared, made ready and tried: what follows is only the switch."""
        now = await self._leader.update(phase=RebuildPhase.COMPARING)
        found = await compare_and_repair(self._engine, now.source, now.target, now.position)
        await self._leader.update(repaired=now.repaired + found)
        await new.bring_into_service(self._engine, now.target, self._wanted)
        await new.smoke(self._engine, now.source, now.target)

    async def _switch(self) -> None:
        now = await self._leader.update(phase=RebuildPhase.SWITCHING)
        written = 0

        async def counted(page: Page, position: int) -> None:  # noqa: ARG001 - no write in the pause
            nonlocal written
            written += len(page.documents)

        async def last() -> None:
            await follow(self._engine, now.source, now.target, now.position, counted)
            await new.same_count(self._engine, now.source, now.target)

        started = time.perf_counter()
        await switch(self._engine, now.index, now.source, now.target, last)
        pause = int((time.perf_counter() - started) * 1000)
        await self._leader.update(repaired=now.repaired + written, pause_ms=pause)

    async def after_the_switch(self) -> None:
        """The old index is closed; should a write have slipped in before that, it is brought."""
        now = self._now
        await freeze(self._engine, now.source)
        late = await bring_late_writes(self._engine, now.source, now.target, now.position)
        if late:
            log.warning("rebuild_late_writes", count=late)
        await self._leader.update(
            phase=RebuildPhase.DONE, finished_at=datetime.now(UTC), repaired=now.repaired + late
        )
