"""«Моя работа»: a queue with its counts and facets, the next case of it, the own lists."""

from asyncio import gather
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError
from app.viewer import Viewer
from app.work.desk import visited
from app.work.models import Desk
from app.work.params import WorkParams
from app.work.query import counts_body, facets_body, newer_body, rows_body
from app.work.queues import Moment, Queue
from app.work.repository import change_desk, read_desk, write_desk
from app.work.results import (
    Facets,
    Row,
    Rows,
    read_counts,
    read_facets,
    read_rows,
    read_total,
)


class WorkPage(Struct, frozen=True):
    rows: Rows
    counts: dict[Queue, int]
    facets: Facets
    desk: Desk
    moment: Moment
    at: datetime
    """When it was asked: what changes later is told as new."""


async def open_queue(
    engine: Engine, params: WorkParams, viewer: Viewer, zone: ZoneInfo, now: datetime | None = None
) -> WorkPage:
    """One round trip for rows, counts and facets, beside one for the desk.

    Raises `BadInputError` for a bad cursor, `EngineUnavailableError`, `EngineSetupError`.
    """
    at = now or datetime.now(UTC)
    moment = Moment.of(at, zone)
    bodies = [
        rows_body(params, viewer, moment),
        counts_body(viewer, moment),
        facets_body(params, viewer, moment),
    ]
    answers, desk = await gather(engine.msearch(Index.CASES, bodies), _visit(engine, viewer, at))
    rows, counts, facets = answers
    return WorkPage(
        rows=read_rows(params, rows),
        counts=read_counts(counts),
        facets=read_facets(params, facets),
        desk=desk,
        moment=moment,
        at=at,
    )


async def _visit(engine: Engine, viewer: Viewer, now: datetime) -> Desk:
    desk, read = await read_desk(engine, viewer.name)
    looked = visited(desk, now)
    if looked is not desk:
        try:
            await write_desk(engine, looked, read)
        except ConflictError:  # another window of this person has just noted the same visit
            return desk
    return looked


class Live(Struct, frozen=True):
    counts: dict[Queue, int]
    newer: int


async def live(
    engine: Engine, params: WorkParams, viewer: Viewer, zone: ZoneInfo, since: datetime
) -> Live:
    """The counts now, and how many cases of the list came or changed after `since`."""
    moment = Moment.of(datetime.now(UTC), zone)
    bodies = [counts_body(viewer, moment), newer_body(params, viewer, moment, since)]
    counts, newer = await engine.msearch(Index.CASES, bodies)
    return Live(read_counts(counts), read_total(newer))


async def next_case(
    engine: Engine, params: WorkParams, viewer: Viewer, zone: ZoneInfo, at: str
) -> Row | None:
    """The case after the place `at` of the list; None at its end.

    The place is one of the order, so it stays when its case has left the queue.
    """
    body = rows_body(params.first, viewer, Moment.of(datetime.now(UTC), zone), size=1, at=at)
    found = read_rows(params, await engine.search(Index.CASES, body), size=1)
    return found.rows[0] if found.rows else None


async def desk_of(engine: Engine, viewer: Viewer) -> Desk:
    return (await read_desk(engine, viewer.name))[0]


async def change_views(engine: Engine, viewer: Viewer, change: Callable[[Desk], Desk]) -> Desk:
    """`change` is one of the rules of `app.work.desk`; raises what it raises."""
    return await change_desk(engine, viewer.name, change)
