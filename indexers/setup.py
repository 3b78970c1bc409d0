"""`otklik setup`: indexes, aliases and reference books; safe to repeat."""

import asyncio
from datetime import UTC, datetime

import structlog
from msgspec import Struct

from app.engine.client import Engine
from app.engine.mappings import IndexDefinition, load_definition
from app.engine.months import extend_month, month_name, months, open_month
from app.engine.names import MONTHLY, Index
from app.settings import Settings
from indexers.aliases import IndexState, apply_lists, compare, create_index, live_index
from indexers.reference import load_reference

log = structlog.get_logger()


class SetupLine(Struct, frozen=True):
    """What was found and done for one index; `done` is a Russian sentence."""

    index: Index
    found: IndexState
    done: str


async def run(engine: Engine, settings: Settings) -> list[SetupLine]:
    """Brings every index to what `mappings/` says, without ever touching a document.

    An index of another mapping version is left as it is and named: only a rebuild may change it.
    """
    replicas = await replicas_for(engine)
    wanted = [load_definition(index, replicas=replicas) for index in Index]
    lines = await asyncio.gather(*(_bring(engine, settings, one) for one in wanted))
    if all(line.found != IndexState.OLD_VERSION for line in lines):
        await load_reference(engine)
    return lines


async def _bring(engine: Engine, settings: Settings, wanted: IndexDefinition) -> SetupLine:
    if wanted.index in MONTHLY:
        return await _bring_month(engine, wanted)
    live = await live_index(engine, wanted.index)
    state = compare(live, wanted)
    if state is IndexState.MISSING:
        name = await create_index(engine, settings.index_prefix, wanted)
        done = f"создан {name}"
    elif state is IndexState.OLD_LISTS and live.name:
        await apply_lists(engine, live.name, wanted)
        done = f"{live.name}: обновлены списки слов"
    elif state is IndexState.OLD_VERSION:
        done = f"{live.name}: версия {live.version}, нужна {wanted.version}: {_how(wanted)}"
    else:
        done = f"{live.name}: всё в порядке"
    log.info("index_setup", index=wanted.index, state=state)
    return SetupLine(wanted.index, state, done)


async def _bring_month(engine: Engine, wanted: IndexDefinition) -> SetupLine:
    """The month that runs; earlier ones stay as they are, whatever their version."""
    now = datetime.now(UTC)
    live = {month.name: month for month in await months(engine, wanted.index)}
    month = live.get(month_name(now))
    if month is None:
        await open_month(engine, wanted.index, now)
        return SetupLine(wanted.index, IndexState.MISSING, f"создан месяц {month_name(now)}")
    if month.version == wanted.version:
        return SetupLine(wanted.index, IndexState.CURRENT, f"{month.index}: всё в порядке")
    await extend_month(engine, wanted.index, month)
    return SetupLine(wanted.index, IndexState.CURRENT, f"{month.index}: добавлены новые поля")


def _how(wanted: IndexDefinition) -> str:
    by_command = " командой «otklik rebuild cases»" if wanted.index is Index.CASES else ""
    return f"нужна перестройка{by_command}"


async def replicas_for(engine: Engine) -> int:
    """One copy where there is a second node to hold it, else none: the index stays green."""
    health = await engine.health()
    return 1 if int(health["number_of_data_nodes"]) > 1 else 0
