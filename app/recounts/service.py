"""A change of the book of deadlines: shown before it is made, then made, then cases moved."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import structlog
from anyio.to_thread import run_sync
from msgspec.structs import replace
from ulid import ULID

from app.cases.recounting import Change, after_change, move_of
from app.deadlines.days import table_of
from app.deadlines.editing import Edit
from app.deadlines.models import Book
from app.deadlines.service import StoredBook, forget_deadlines, may_read, save_newest
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, ConflictError, ForbiddenError, RefusedError
from app.permissions import PERMISSION_NAMES, Permission
from app.recounts import query
from app.recounts.models import AT_ONCE, Recount, RecountState, Tally
from app.recounts.repository import RECOUNTS, pages_of_open
from app.settings import Settings
from app.viewer import Viewer, require

log = structlog.get_logger()

Told = Callable[[Tally], Awaitable[object]]


async def propose(
    engine: Engine, settings: Settings, viewer: Viewer | None, stored: StoredBook, edit: Edit
) -> Recount:
    """Writes the wish down with what it would move; nothing else is changed.

    With more than `AT_ONCE` open cases it is left `COUNTING`: ring `run_recount`. Raises
    `ForbiddenError`, `BadInputError` where nothing differs.
    """
    who = require(viewer, Permission.BOOKS_EDIT).name
    if edit.book == stored.book:
        raise BadInputError("Ничего не изменилось: так уже и есть.")
    now, opened = datetime.now(UTC), await engine.count(Index.CASES, query.open_cases())
    small = opened <= AT_ONCE
    job = Recount(
        id=str(ULID()),
        state=RecountState.COUNTING,
        created_at=now,
        updated_at=now,
        created_by=who,
        told=edit.told,
        code=edit.code,
        version=stored.version,
        was=stored.book,
        wanted=edit.book,
        open=opened,
        started_at=now if small else None,
        lease_owner="web" if small else None,
        lease_until=now + timedelta(seconds=settings.lease_seconds) if small else None,
    )
    await RECOUNTS.create(engine, job)
    log.info("recount_proposed", recount_id=job.id, by=who, entry=job.code, open=opened)
    if not small:
        return job
    tally = await preview(engine, job)
    return await RECOUNTS.change(engine, job.id, lambda _: previewed(tally))


def previewed(tally: Tally) -> dict[str, object]:
    return {
        "state": RecountState.READY,
        "preview": tally,
        "previewed_at": datetime.now(UTC),
        "lease_owner": None,
        "lease_until": None,
    }


async def preview(engine: Engine, job: Recount, told: Told | None = None) -> Tally:
    """What would move if it were applied now; `told` hears the tally after each thousand."""
    change, tally = Change(job.was, job.wanted), Tally()
    await warm(job.wanted)
    async with aclosing(pages_of_open(engine)) as pages:
        async for cases in pages:
            now = datetime.now(UTC)
            reminders = 0
            for case in cases:
                after = after_change(case, change)
                move = move_of(case, after) if after is not case else None
                reminders += move is None and after.alert_at != case.alert_at
                tally = tally.with_move(move, now) if move else tally
            tally = _further(tally, len(cases), reminders)
            if told:
                await told(tally)
    return tally


def _further(tally: Tally, checked: int, reminders: int) -> Tally:
    return replace(tally, checked=tally.checked + checked, reminders=tally.reminders + reminders)


async def warm(book: Book) -> None:
    """Makes the tables of its calendars, half a second each, without holding up the others."""
    for calendar in book.calendars.values():
        await run_sync(table_of, calendar)


async def apply(engine: Engine, viewer: Viewer | None, job_id: str, *, moves: bool) -> Recount:
    """Saves the book and leaves the cases to a worker: ring `run_recount`.

    What is accepted is not lost: a worker goes on where this process dies. Raises
    `ForbiddenError`, `RefusedError` where another change is still moving cases or this one is no
    longer to be decided, and `ConflictError` where the book was changed since.
    """
    who = require(viewer, Permission.BOOKS_EDIT).name

    def accepted(job: Recount) -> dict[str, object]:
        if job.state is not RecountState.READY:
            raise RefusedError("Это изменение уже решено. Откройте страницу заново.")
        now = datetime.now(UTC)
        return {
            "state": RecountState.APPLYING,
            "moves": moves,
            "applied_by": who,
            "applied_at": now,
            "started_at": now,
        }

    await _refuse_second(engine)
    job = await RECOUNTS.change(engine, job_id, accepted)
    try:
        await saved(engine, job)
    except ConflictError as error:
        message = error.message
        await RECOUNTS.change(engine, job_id, lambda _: outdated(message))
        raise
    log.info("recount_applied", recount_id=job.id, by=who, entry=job.code, moves=moves)
    return job


async def _refuse_second(engine: Engine) -> None:
    if await applying(engine):
        raise RefusedError(
            "Прежнее изменение сроков ещё двигает обращения. Подождите, пока оно закончится, "
            "и нажмите ещё раз."
        )


async def applying(engine: Engine) -> list[str]:
    """Ids of changes whose cases are being moved, the oldest first."""
    return await RECOUNTS.ids(engine, query.in_states([RecountState.APPLYING]))


async def saved(engine: Engine, job: Recount) -> StoredBook:
    """The book with the change in it, once however often this is called. Raises `ConflictError`."""
    by, at = job.applied_by or job.created_by, job.applied_at or job.created_at
    book = await save_newest(engine, job.wanted, job.version, by=by, at=at, recount=job.id)
    forget_deadlines(engine)
    return book


def outdated(message: str) -> dict[str, object]:
    return {
        "state": RecountState.OUTDATED,
        "error": message,
        "finished_at": datetime.now(UTC),
        "lease_owner": None,
        "lease_until": None,
    }


async def open_recount(engine: Engine, viewer: Viewer | None, job_id: str) -> Recount:
    """Raises `ForbiddenError`, `NotFoundError`."""
    _require_reader(viewer)
    return (await RECOUNTS.get(engine, job_id)).job


async def seen_cases(engine: Engine, viewer: Viewer | None, job: Recount) -> frozenset[str]:
    """Ids among the rows of both tallies that `viewer` may see: only these are shown."""
    ids = {row.case_id for row in (*job.preview.rows, *job.result.rows)}
    if not ids:
        return frozenset()
    answer = await engine.search(Index.CASES, query.seen(viewer, ids))
    return frozenset(hit["_id"] for hit in answer["hits"]["hits"])


async def newest(engine: Engine, viewer: Viewer | None) -> list[Recount]:
    """The last changes that were made or are being made."""
    _require_reader(viewer)
    made = [RecountState.APPLYING, RecountState.DONE]
    return await RECOUNTS.newest(engine, query.in_states(made), size=10)


def _require_reader(viewer: Viewer | None) -> None:
    if not may_read(viewer):
        raise ForbiddenError(f"Нет права: {PERMISSION_NAMES[Permission.CASE_VIEW]}.")
