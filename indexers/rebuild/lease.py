"""One process leads a rebuild, and everybody can see which one and how far it came."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from app.engine.client import Engine
from app.errors import ConflictError, EngineUnavailableError, RebuildError
from app.system.models import Rebuild
from app.system.rebuilds import StoredRebuild, get_rebuild, put_rebuild

_BEATS_A_LEASE = 4
_TRIES = 3
_TAKEN = "Перестройку подхватил другой процесс."
_led_here: list[str] = []
"""New indexes that tasks of this very process fill: its own number cannot tell them apart."""

Report = Callable[[Rebuild], None]


class Leader:
    """The record as its holder sees it. All writes go through `update`, one after another."""

    def __init__(
        self, engine: Engine, stored: StoredRebuild, lasts: timedelta, report: Report
    ) -> None:
        self._engine = engine
        self._stored = stored
        self._lasts = lasts
        self._report = report
        self._lock = asyncio.Lock()

    @property
    def rebuild(self) -> Rebuild:
        return self._stored.rebuild

    async def update(self, **changes: Any) -> Rebuild:
        """Writes `changes`, prolongs the lease and tells whoever watches.

        `RebuildError` where another process leads by now.
        """
        async with self._lock:
            until = datetime.now(UTC) + self._lasts
            for _ in range(_TRIES):
                now = {"lease_until": until, **changes}
                changed = msgspec.structs.replace(self.rebuild, **now)
                try:
                    self._stored = await put_rebuild(self._engine, changed, self._stored)
                    break
                except ConflictError:
                    await self._look_again()
            else:
                raise RebuildError(_TAKEN)
        if changes:
            self._report(self.rebuild)
        return self.rebuild

    async def _look_again(self) -> None:
        """A write of ours may have arrived though its answer did not."""
        stored = await get_rebuild(self._engine, self.rebuild.index)
        if stored is None or stored.rebuild.owner != me():
            raise RebuildError(_TAKEN)
        self._stored = stored


def me() -> str:
    """Who leads, so that a person can find it: `host:pid`."""
    return f"{socket.gethostname()}:{os.getpid()}"


def alive(rebuild: Rebuild) -> bool:
    """Whether its leader may still be at work.

    A process of this machine that is gone has died: there is no need to wait for its lease.
    """
    if not rebuild.running or rebuild.owner is None:
        return False
    host, _, pid = rebuild.owner.rpartition(":")
    if host != socket.gethostname():
        return True
    if int(pid) == os.getpid():
        return rebuild.target in _led_here
    return _exists(int(pid))


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@asynccontextmanager
async def lead(
    engine: Engine,
    rebuild: Rebuild,
    over: StoredRebuild | None,
    lasts: timedelta,
    report: Report,
) -> AsyncIterator[Leader]:
    """Takes the lead for the time of the block, prolonged in the background.

    An error is kept in the record for people, and the lead is let go.
    """
    _led_here.append(rebuild.target)  # before others can read the record
    try:
        async with _led(engine, rebuild, over, lasts, report) as leader:
            yield leader
    finally:
        _led_here.remove(rebuild.target)


@asynccontextmanager
async def _led(
    engine: Engine,
    rebuild: Rebuild,
    over: StoredRebuild | None,
    lasts: timedelta,
    report: Report,
) -> AsyncIterator[Leader]:
    mine = msgspec.structs.replace(
        rebuild, owner=me(), lease_until=datetime.now(UTC) + lasts, error=None
    )
    try:
        stored = await put_rebuild(engine, mine, over)
    except ConflictError as error:
        raise RebuildError("Перестройку только что начал другой процесс.") from error
    leader = Leader(engine, stored, lasts, report)
    heart = asyncio.create_task(_beat(leader, lasts))
    try:
        yield leader
    except RebuildError as error:
        await _let_go(leader, error.message)
        raise
    except EngineUnavailableError:
        await _let_go(leader, "Elasticsearch перестал отвечать.")
        raise
    else:
        await leader.update(lease_until=None, owner=None)
    finally:
        heart.cancel()
        with suppress(asyncio.CancelledError, RebuildError):
            await heart


async def _let_go(leader: Leader, reason: str) -> None:
    """The lease runs out by itself where even this cannot be written."""
    with suppress(RebuildError, EngineUnavailableError):
        await leader.update(error=reason, lease_until=None, owner=None)


async def _beat(leader: Leader, lasts: timedelta) -> None:
    while True:
        await asyncio.sleep(lasts.total_seconds() / _BEATS_A_LEASE)
        with suppress(EngineUnavailableError):  # the next beat tries again; the lease has slack
            await leader.update()
