"""The moment of a switch: an index is closed to writes, and every writer waits for it to pass.

A rebuild seals the old index, copies the last writes and moves the aliases: a fraction of a
second in which writes wait and none is refused. The seal has its end in its name (an alias, so
that the switch and the seal are taken away by one atomic call). If the rebuild dies inside, the
first writer that meets a seal past its end lifts it, and the dead or stalled rebuild can no longer
switch: its seal is gone.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
from elasticsearch import ApiError, NotFoundError

from app.engine.client import Engine, translated_errors
from app.engine.names import Index, seal_alias, sealed_until
from app.errors import EngineUnavailableError

SEAL_LASTS = timedelta(seconds=8)
"""The switch took 0.09 s with 1,300 documents and 0.21 s with 20,000 while people wrote; a
killed one holds writers no longer than this."""
_PATIENCE = 12.0
"""Longer than a seal lasts, so a writer outlives a rebuild that was killed in the switch."""
_PAUSE = 0.05
_FORBIDDEN = 403
_BLOCK = "FORBIDDEN/8/"
"""Elasticsearch's number of `index.blocks.write`; a full disk has another one."""


def is_sealed(result: Mapping[str, Any]) -> bool:
    """Of one item of a bulk answer, or of the body of an error."""
    if int(result.get("status", 0)) != _FORBIDDEN:
        return False
    return _BLOCK in str(result.get("error", ""))


def refused_by_seal(error: ApiError) -> bool:
    return isinstance(error.body, Mapping) and is_sealed(error.body)


async def wait_until_open(engine: Engine, index: Index) -> None:
    """Returns when the write alias leads to an index that takes writes.

    `EngineUnavailableError` where it is closed for longer: then an administrator closed it.
    """
    with anyio.move_on_after(_PATIENCE):
        while True:
            name, seal, blocked = await state(engine, index)
            if not blocked:
                return
            if seal and _ended(engine, index, seal):
                await lift(engine, name, seal)
            await anyio.sleep(_PAUSE)
    raise EngineUnavailableError("Запись временно закрыта администратором. Повторите позже.")


async def state(engine: Engine, index: Index) -> tuple[str, str | None, bool]:
    """Name of the live index, its seal if there is one, and whether writes are refused."""
    async with translated_errors():
        answer = await engine.client.indices.get(
            index=engine.write_alias(index), features=["aliases", "settings"]
        )
    name, body = next(iter(answer.body.items()))
    seals = (alias for alias in body["aliases"] if sealed_until(engine.prefix, index, alias))
    blocks = body["settings"]["index"].get("blocks", {})
    return name, next(seals, None), blocks.get("write") == "true"


def _ended(engine: Engine, index: Index, seal: str) -> bool:
    until = sealed_until(engine.prefix, index, seal)
    return until is not None and until < datetime.now(UTC)


async def close(engine: Engine, index: Index, name: str) -> str:
    """Closes `name` to writes and returns the seal; what was under way is finished by then."""
    seal = seal_alias(engine.prefix, index, datetime.now(UTC) + SEAL_LASTS)
    async with translated_errors():
        await engine.client.indices.put_alias(index=name, name=seal)
        await engine.client.indices.add_block(index=name, block="write")
    return seal


async def lift(engine: Engine, name: str, seal: str) -> None:
    """Opens `name` again, unless somebody took the seal first: then nothing is done."""
    taken = {"remove": {"index": name, "alias": seal, "must_exist": True}}
    async with translated_errors():
        try:
            await engine.client.indices.update_aliases(actions=[taken])
        except NotFoundError:
            return
        await engine.client.indices.put_settings(index=name, settings={"index.blocks.write": None})
