"""Road maps by id: created once, changed by compare-and-set beside the reminders."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, NotFoundError
from app.road_maps.models import RoadMap
from app.road_maps.query import due_body, of_problem_body, practices_body
from app.road_maps.reminders import timed

_TRIES = 8
_ABSENT = "Такой дорожной карты нет, или она вам не видна."


async def get(engine: Engine, map_id: str) -> RoadMap | None:
    stored = await engine.get(Index.ROAD_MAPS, map_id)
    return msgspec.convert(stored.source, RoadMap) if stored else None


async def of_problems(engine: Engine, problem_ids: list[str]) -> list[RoadMap]:
    """The newest first."""
    return await _found(engine, of_problem_body(problem_ids))


async def practices(engine: Engine) -> list[RoadMap]:
    return await _found(engine, practices_body())


async def due_ids(engine: Engine, now: datetime, size: int) -> list[str]:
    """Of those with a reminder whose moment has come."""
    answer = await engine.search(Index.ROAD_MAPS, due_body(now, size))
    return [hit["_id"] for hit in answer["hits"]["hits"]]


async def _found(engine: Engine, body: dict[str, Any]) -> list[RoadMap]:
    hits = (await engine.search(Index.ROAD_MAPS, body))["hits"]["hits"]
    return [msgspec.convert(hit["_source"], RoadMap) for hit in hits]


async def create(engine: Engine, one: RoadMap) -> None:
    """`ConflictError` where the id is taken."""
    document: dict[str, Any] = msgspec.to_builtins(one)
    await writer.create(engine, Index.ROAD_MAPS, one.id, document, refresh=True)


async def change(engine: Engine, map_id: str, decide: Callable[[RoadMap], RoadMap]) -> RoadMap:
    """The newest as `decide` makes it, with its next reminder. Raises `NotFoundError`, and
    `ConflictError` where others write it all the time.
    """
    for _ in range(_TRIES):
        stored = await engine.get(Index.ROAD_MAPS, map_id)
        if stored is None:
            raise NotFoundError(_ABSENT)
        before = msgspec.convert(stored.source, RoadMap)
        after = timed(decide(before))
        if after == before:
            return before
        after = replace(after, rev=before.rev + 1)
        try:
            await writer.replace(engine, stored, msgspec.to_builtins(after), refresh=True)
        except ConflictError:
            continue
        return after
    raise ConflictError("Эту дорожную карту как раз меняют. Повторите через несколько секунд.")
