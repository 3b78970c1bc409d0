"""Is everything in order: Elasticsearch, its indexes, Redis; what waits and what was rebuilt."""

from collections.abc import Awaitable, Collection
from datetime import UTC, datetime

import anyio
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.audit.waiting import count_waiting
from app.bulk.models import BUSY_STATES as BUSY_BULKS
from app.cases.chasing import LATE, to_chase
from app.engine.client import Engine, translated_errors
from app.engine.mappings import current_version
from app.engine.names import MONTHLY, Index
from app.errors import EngineSetupError, EngineUnavailableError
from app.exports.models import BUSY_STATES as BUSY_EXPORTS
from app.intake.models import BUSY_STATES, WAITING_STATES
from app.notices.service import letters
from app.settings import Settings
from app.system.enrichment import meaning_state
from app.system.heartbeat import last_sweep
from app.system.models import Backlog, Check, IndexState, Reading, Rebuild, SystemState
from app.system.rebuilds import get_rebuild

PATIENCE = 3.0
"""Seconds a service may take to say it is well; a balancer or a person is waiting."""

_CLUSTER_NOTES = {
    "green": "Работает.",
    "yellow": "Работает, но копий данных меньше, чем задано.",
    "red": "Часть данных недоступна.",
}
_SILENT = "Не отвечает."


async def check_engine(engine: Engine) -> Check:
    name, title = "elasticsearch", "Elasticsearch"
    try:
        with anyio.fail_after(PATIENCE):
            status = str((await engine.health())["status"])
    except (EngineUnavailableError, TimeoutError):
        return Check(name, title, ok=False, code="engine_unavailable", note=_SILENT)
    code = "engine_red" if status == "red" else "ok"
    return Check(name, title, ok=status != "red", code=code, note=_CLUSTER_NOTES[status])


async def check_redis(redis: Redis) -> Check:
    name, title = "redis", "Redis (очередь заданий)"
    try:
        with anyio.fail_after(PATIENCE):
            await redis.ping()
    except (RedisError, OSError, TimeoutError):
        return Check(name, title, ok=False, code="queue_unavailable", note=_SILENT)
    return Check(name, title, ok=True, code="ok", note="Работает.")


async def index_state(engine: Engine, index: Index) -> IndexState:
    """Raises EngineUnavailableError."""
    wanted = current_version(index)
    try:
        async with translated_errors():
            answer = await engine.client.indices.get_mapping(index=engine.read_alias(index))
        documents = await engine.count(index, {"match_all": {}})
    except EngineSetupError:
        return IndexState(index, wanted, None, None)
    versions = {int(live["mappings"]["_meta"]["version"]) for live in answer.body.values()}
    told = max(versions) if index in MONTHLY else min(versions)  # months that are over stay as made
    return IndexState(index, wanted, told, documents, await _octets(engine, index))


async def _octets(engine: Engine, index: Index) -> int:
    async with translated_errors():
        answer = await engine.client.indices.stats(index=engine.read_alias(index), metric="store")
    return int(answer["_all"]["primaries"]["store"]["size_in_bytes"])


async def last_rebuild(engine: Engine) -> Rebuild | None:
    """Of the cases; None also where the engine is silent or not set up, its checks tell that."""
    try:
        with anyio.fail_after(PATIENCE):
            stored = await get_rebuild(engine, Index.CASES)
    except (EngineSetupError, EngineUnavailableError, TimeoutError):
        return None
    return stored.rebuild if stored else None


async def backlog(engine: Engine) -> Backlog | None:
    """None where the engine is silent or not set up, its checks tell that."""
    now = datetime.now(UTC)
    try:
        with anyio.fail_after(PATIENCE):
            return Backlog(
                imports=await _in_states(engine, Index.IMPORTS, BUSY_STATES),
                decisions=await _in_states(engine, Index.IMPORTS, WAITING_STATES),
                exports=await _in_states(engine, Index.EXPORTS, BUSY_EXPORTS),
                bulks=await _in_states(engine, Index.BULK, BUSY_BULKS),
                audit=await _due(engine),
                reminders=await late_reminders(engine, now),
                notices=await engine.count(Index.CASES, {"term": {"notices_due": True}}),
                letters=await letters(engine, now),
            )
    except (EngineSetupError, EngineUnavailableError, TimeoutError):
        return None


async def cases_due(engine: Engine) -> int | None:
    """Cases the journal has not caught up with; None where the engine cannot say."""
    return await _counted(_due(engine))


async def late_reminders(engine: Engine, now: datetime) -> int:
    """Open cases that should have been reminded of some minutes before `now`."""
    return await engine.count(Index.CASES, to_chase(now - LATE))


async def _counted(asked: Awaitable[int]) -> int | None:
    try:
        with anyio.fail_after(PATIENCE):
            return await asked
    except (EngineSetupError, EngineUnavailableError, TimeoutError):
        return None


async def lines_waiting(engine: Engine, redis: Redis) -> int | None:
    """Lines of the journal that wait in Redis; None where Redis cannot say."""
    try:
        with anyio.fail_after(PATIENCE):
            return await count_waiting(engine.prefix, redis)
    except (RedisError, OSError, TimeoutError):
        return None


async def _last_sweep(redis: Redis, settings: Settings) -> datetime | None:
    try:
        with anyio.fail_after(PATIENCE):
            return await last_sweep(redis, settings)
    except (RedisError, OSError, TimeoutError):
        return None


async def _late_letters(engine: Engine, now: datetime) -> int:
    return (await letters(engine, now)).late


async def _due(engine: Engine) -> int:
    return await engine.count(Index.CASES, {"term": {"audit_due": True}})


async def _in_states(engine: Engine, index: Index, states: Collection[str]) -> int:
    return await engine.count(index, {"terms": {"state": sorted(states)}})


async def index_states(engine: Engine) -> tuple[IndexState, ...]:
    """In the order of `Index`; empty while the engine is silent (its own check tells that)."""
    try:
        with anyio.fail_after(PATIENCE):
            return tuple([await index_state(engine, index) for index in Index])
    except (EngineUnavailableError, TimeoutError):
        return ()


def check_indexes(states: tuple[IndexState, ...]) -> Check:
    """One verdict over all indexes, naming the first thing to do."""
    codes = {state.code for state in states}
    name, title = "indexes", "Индексы"
    if not states:
        return Check(name, title, ok=False, code="unknown", note="Не проверены.")
    if "missing" in codes:
        note = "Созданы не все. Выполните команду «otklik setup»."
        return Check(name, title, ok=False, code="engine_setup", note=note)
    if "other_version" in codes:
        note = "Часть индексов другой версии: нужна перестройка."
        if any(state.index is Index.CASES and state.code == "other_version" for state in states):
            note = "Обращения в индексе другой версии. Выполните команду «otklik rebuild cases»."
        return Check(name, title, ok=False, code="index_version", note=note)
    return Check(name, title, ok=True, code="ok", note="Версии совпадают.")


async def reading(engine: Engine, redis: Redis, settings: Settings) -> Reading:
    """A service that fails its check is asked nothing more: Prometheus waits 10 seconds."""
    checks = (await check_engine(engine), await check_redis(redis))
    due = await cases_due(engine) if checks[0].ok else None
    now = datetime.now(UTC)
    late = await _counted(late_reminders(engine, now)) if checks[0].ok else None
    written = await _counted(_late_letters(engine, now)) if checks[0].ok else None
    waiting = await lines_waiting(engine, redis) if checks[1].ok else None
    meaning = await meaning_state(engine, None, settings, counted=checks[0].ok)
    return Reading(checks, due, waiting, late, written, meaning)


async def system_state(engine: Engine, redis: Redis, settings: Settings) -> SystemState:
    """Never raises for a service that is down: that is what it reports."""
    engine_check = await check_engine(engine)
    states = await index_states(engine) if engine_check.ok else ()
    redis_check = await check_redis(redis)
    checks = (engine_check, check_indexes(states), redis_check)
    waiting = await lines_waiting(engine, redis) if redis_check.ok else None
    told = redis if redis_check.ok else None
    meaning = await meaning_state(engine, told, settings, counted=engine_check.ok)
    if not engine_check.ok:
        return SystemState(checks, states, lines_waiting=waiting, meaning=meaning)
    return SystemState(
        checks,
        states,
        await last_rebuild(engine),
        await backlog(engine),
        waiting,
        meaning,
        await _last_sweep(redis, settings) if redis_check.ok else None,
    )
