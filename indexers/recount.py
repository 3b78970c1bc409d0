"""A change of the book of deadlines, carried through by a worker that holds it."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from app.cases.models import Case
from app.cases.recounting import Change, Move, Signed, changed_by, event_of, move_of, moved_by
from app.cases.repository import document_of, page_of_ids, to_case
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.jobs import ring
from app.recounts import service
from app.recounts.models import Recount, RecountState, Tally
from app.recounts.query import open_cases
from app.recounts.repository import RECOUNTS
from app.settings import Settings
from indexers import bulk
from indexers.lease import Lease, LostLeaseError, hold

log = structlog.get_logger()

SETTLE_SECONDS = 10.0
"""After a change of the book, until nobody writes by the old one: a process asks again after 5 s
at the latest, and a chunk of an import takes a few seconds.
"""
_TOGETHER = 500
_TRIES = 40
_PAUSE_SECONDS = 0.05
_encoder = msgspec.json.Encoder()


async def run_recount(engine: Engine, settings: Settings, job_id: str) -> None:
    """Safe to call any number of times and from several workers; goes on where it was broken off.

    An engine that is away raises `EngineUnavailableError`: what was moved stays moved.
    """
    lasts = timedelta(seconds=settings.lease_seconds)
    async with hold(engine, RECOUNTS, job_id, lasts) as lease:
        if lease is None:
            return
        try:
            if lease.job.state is RecountState.COUNTING:
                await _preview(engine, lease)
            else:
                await _apply(engine, settings, lease)
        except LostLeaseError:
            log.info("recount_let_go", recount_id=job_id)


async def _preview(engine: Engine, lease: Lease[Recount]) -> None:
    async def told(tally: Tally) -> None:
        await lease.update(preview=replace(tally, rows=[]))

    await lease.update(started_at=datetime.now(UTC))
    tally = await service.preview(engine, lease.job, told)
    await lease.update(**service.previewed(tally))


async def _apply(engine: Engine, settings: Settings, lease: Lease[Recount]) -> None:
    """First all open cases; then, when no process has the old book any more, what was changed
    since.
    """
    if (await service.applying(engine))[:1] != [lease.job.id]:
        await lease.update(lease_owner=None, lease_until=None)  # after the older one: the sweep
        return
    try:
        await service.saved(engine, lease.job)
    except ConflictError as error:
        await lease.update(**service.outdated(error.message))
        return
    await service.warm(lease.job.wanted)
    if not lease.job.late:
        await engine.refresh(Index.CASES)
        await _round(engine, settings, lease)
        await lease.update(late=True, cursor="")
    await asyncio.sleep(_until_known(lease.job, datetime.now(UTC)))
    await engine.refresh(Index.CASES)
    await _round(engine, settings, lease)
    await engine.refresh(Index.CASES)
    await lease.update(
        state=RecountState.DONE,
        finished_at=datetime.now(UTC),
        lease_owner=None,
        lease_until=None,
    )
    await ring(settings, "sweep_audit")
    log.info("recount_done", recount_id=lease.job.id, moved=lease.job.result.moves)


def _until_known(job: Recount, now: datetime) -> float:
    """Seconds until every process has asked for the book again."""
    since = job.applied_at or job.created_at
    return max((since - now).total_seconds() + SETTLE_SECONDS, 0)


async def _round(engine: Engine, settings: Settings, lease: Lease[Recount]) -> None:
    job = lease.job
    wanted = open_cases(job.applied_at if job.late else None)
    change = Change(job.was, job.wanted, job.moves)
    signed = Signed(
        key=f"recount:{job.id}:late" if job.late else f"recount:{job.id}",
        by=job.applied_by or job.created_by,
        told=job.told,
        at=job.applied_at or job.created_at,
        zone=settings.zone,
    )
    after = job.cursor
    while True:
        place: list[Any] | None = [after] if after else None
        ids = await page_of_ids(engine, wanted, size=_TOGETHER, after=place)
        if not ids:
            return
        tally = await _Batch(engine, lease.job, change, signed).run(ids)
        after = ids[-1]
        await lease.update(cursor=after, result=tally)


class _Batch:
    """Some hundred cases; each is written only over what was read."""

    def __init__(self, engine: Engine, job: Recount, change: Change, signed: Signed) -> None:
        self._engine, self._job, self._change, self._signed = engine, job, change, signed
        self._tally = job.result
        self._now = datetime.now(UTC)

    async def run(self, ids: Sequence[str]) -> Tally:
        """The job's result with these cases in it."""
        left = list(ids)
        for _ in range(_TRIES):
            left = await self._try(left)
            if not left:
                return replace(self._tally, checked=self._tally.checked + len(ids))
            await asyncio.sleep(_PAUSE_SECONDS)
        raise ConflictError("Обращения сейчас меняют слишком часто. Повторите позже.")

    async def _try(self, ids: Sequence[str]) -> list[str]:
        """Ids that somebody else wrote in between."""
        read = await self._engine.get_many(Index.CASES, ids)
        fresh: dict[str, tuple[Case, Case]] = {}
        actions = []
        for stored, before in self._readable(read.values()):
            after = changed_by(before, self._change, self._signed)
            if after is None:
                self._count_done(before)
            else:
                fresh[stored.id] = before, after
                actions.append(_action(stored, before, after))
        outcome = await bulk.write(self._engine, Index.CASES, actions)
        for case_id in outcome.written:
            self._count_written(*fresh[case_id])
        self._tally = replace(self._tally, failed=self._tally.failed + len(outcome.failures))
        return sorted(outcome.conflicts)

    def _readable(self, read: Iterable[Stored]) -> Iterator[tuple[Stored, Case]]:
        """One that cannot be read keeps none of the others waiting."""
        for stored in read:
            try:
                yield stored, to_case(stored.source)
            except msgspec.ValidationError:
                log.error("case_unreadable", case_id=stored.id)  # noqa: TRY400 - may quote a text
                self._tally = replace(self._tally, failed=self._tally.failed + 1)

    def _count_written(self, before: Case, after: Case) -> None:
        if move := move_of(before, after):
            self._count(move, before)
        elif before.alert_at != after.alert_at:
            self._tally = replace(self._tally, reminders=self._tally.reminders + 1)

    def _count_done(self, case: Case) -> None:
        """It may have been moved before a crash and not counted."""
        event = event_of(case, self._signed.key)
        if event and (move := moved_by(event, case)):
            self._count(move, replace(case, history=case.history[: event.seq - 1]))

    def _count(self, move: Move, before: Case) -> None:
        since = self._job.previewed_at
        newer = since is not None and any(event.at > since for event in before.history)
        self._tally = self._tally.with_move(move, self._now, meanwhile=newer)


def _action(stored: Stored, before: Case, after: Case) -> bulk.BulkAction:
    return bulk.over(stored, _encoder.encode(document_of(stored, before, after)))
