"""Acts on many cases: chosen in a list, done one by one, each with its own result."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import structlog
from ulid import ULID

from app.bulk.models import ACTIONS, AT_ONCE, MOST, BulkJob, BulkState
from app.bulk.repository import BULK
from app.cases.actions.apply import rule_of
from app.cases.actions.model import Action
from app.cases.actions.reading import read_given
from app.cases.doing import act_on_row
from app.cases.rows import RowResult
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError, NotFoundError
from app.permissions import Permission
from app.search.params import parse_params
from app.search.service import walk
from app.settings import Settings
from app.viewer import Viewer, require

log = structlog.get_logger()

_TOGETHER = 8
_TOLD_EACH = 20
"""Rows done between two writes of the job: what dies in between is done again, by its key once."""
_LONGEST_ID = 512
_LONGEST_KEY = 64
_OF_A_PAGE = frozenset({"after", "size"})

Told = Callable[[list[RowResult]], Awaitable[object]]


async def select(
    engine: Engine,
    settings: Settings,
    viewer: Viewer,
    ids: Iterable[str],
    pairs: Iterable[tuple[str, str]] | None,
) -> list[str]:
    """The checked cases, or with `pairs` (of a search's address) all that it finds, up to `MOST`.

    Raises `BadInputError`.
    """
    require(viewer, Permission.CASE_BULK)
    chosen = list(dict.fromkeys(one for one in ids if 0 < len(one.encode()) <= _LONGEST_ID))
    total = len(chosen)
    if pairs is not None:
        params = parse_params(pair for pair in pairs if pair[0] not in _OF_A_PAGE)
        async with aclosing(walk(engine, params, viewer, settings.zone, ("id",))) as pages:
            first = await anext(pages)
        chosen, total = [one["id"] for one in first.cases], first.total
    if not chosen:
        raise BadInputError("Отметьте хотя бы одно обращение.", field="id")
    if total > MOST:
        raise BadInputError(
            f"За один раз можно изменить не больше {MOST} обращений, а выбрано {total}. "
            "Сузьте список.",
            field="id",
        )
    return chosen


async def ask(
    engine: Engine,
    settings: Settings,
    viewer: Viewer,
    action: str,
    raw: Mapping[str, str],
    ids: Sequence[str],
) -> BulkJob:
    """Writes the wish down; small ones are done at once, for the others ring `run_bulk`.

    `raw` may bring the form's `key`: sent twice, it is the same act. Raises `BadInputError`,
    `ForbiddenError`.
    """
    require(viewer, Permission.CASE_BULK)
    if action not in ACTIONS:
        raise BadInputError("Этого нельзя сделать сразу с несколькими.", field="action")
    rule = rule_of(action)
    require(viewer, rule.permission)
    if not 0 < len(ids) <= MOST:
        raise BadInputError(f"Отметьте от 1 до {MOST} обращений.", field="id")
    read_given(rule, raw, settings.zone)
    now = datetime.now(UTC)
    small = len(ids) <= AT_ONCE
    job = BulkJob(
        id=_job_id(viewer, raw.get("key", "")),
        state=BulkState.RUNNING if small else BulkState.QUEUED,
        action=action,
        given={one.name: raw[one.name] for one in rule.fields if raw.get(one.name)},
        ids=list(dict.fromkeys(ids)),
        viewer=viewer,
        created_at=now,
        updated_at=now,
        started_at=now if small else None,
        lease_owner="web" if small else None,
        lease_until=now + timedelta(seconds=settings.lease_seconds) if small else None,
    )
    return await _written(engine, settings, job, small=small)


def _job_id(viewer: Viewer, key: str) -> str:
    known = key.isascii() and key.isalnum() and 0 < len(key) <= _LONGEST_KEY
    return f"{viewer.name}-{key}" if known else str(ULID())


async def _written(engine: Engine, settings: Settings, job: BulkJob, *, small: bool) -> BulkJob:
    known = await engine.get(Index.BULK, job.id)
    if known is not None:
        return (await BULK.get(engine, job.id)).job
    await BULK.create(engine, job)
    log.info("bulk_asked", bulk_id=job.id, action=job.action, cases=len(job.ids))
    if not small:
        return job
    rows = await run_rows(engine, settings, job, None)
    return await BULK.change(engine, job.id, lambda _: finished(rows))


def finished(rows: list[RowResult]) -> dict[str, object]:
    return {
        "rows": rows,
        "state": BulkState.DONE,
        "finished_at": datetime.now(UTC),
        "lease_owner": None,
        "lease_until": None,
    }


async def run_rows(
    engine: Engine, settings: Settings, job: BulkJob, told: Told | None
) -> list[RowResult]:
    """Safe to repeat: a case carries the key of what was done to it, so it is done once.

    `told` hears all results so far now and then.
    """
    rule = rule_of(job.action)
    given = read_given(rule, job.given, settings.zone)
    action = Action(job.action, given, f"bulk:{job.id}")
    rows = list(job.rows)
    known = {row.case_id for row in rows}
    left = [case_id for case_id in job.ids if case_id not in known]
    for start in range(0, len(left), _TOLD_EACH):
        gate = asyncio.Semaphore(_TOGETHER)
        part = left[start : start + _TOLD_EACH]
        rows += await asyncio.gather(
            *(_row(gate, engine, job.viewer, one, action, settings) for one in part)
        )
        if told:
            await told(rows)
    await engine.refresh(Index.CASES)
    return rows


async def _row(
    gate: asyncio.Semaphore,
    engine: Engine,
    viewer: Viewer,
    case_id: str,
    action: Action,
    settings: Settings,
) -> RowResult:
    async with gate:
        return await act_on_row(engine, viewer, case_id, action, settings.zone)


async def open_job(engine: Engine, viewer: Viewer, job_id: str) -> BulkJob:
    """Raises `NotFoundError` also for another person's act."""
    job = (await BULK.get(engine, job_id)).job
    if not viewer.everything and job.created_by != viewer.name:
        raise NotFoundError("Такого действия над списком нет.")
    return job
