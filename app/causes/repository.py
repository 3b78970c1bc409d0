"""Causes and days of weather by id: created once, changed by compare-and-set."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from app.causes.models import Cause, WeatherDay
from app.causes.query import causes_body
from app.engine import writer
from app.engine.access import Clause
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, NotFoundError

MOST_WEATHER = 3_000
_ABSENT = "Такой причины нет, или она вам не видна."


async def get(engine: Engine, cause_id: str) -> Cause | None:
    stored = await engine.get(Index.CAUSES, cause_id)
    return msgspec.convert(stored.source, Cause) if stored else None


async def find(engine: Engine, clauses: list[Clause]) -> list[Cause]:
    """The last changed first."""
    hits = (await engine.search(Index.CAUSES, causes_body(clauses)))["hits"]["hits"]
    return [msgspec.convert(hit["_source"], Cause) for hit in hits]


async def create(engine: Engine, cause: Cause) -> None:
    document: dict[str, Any] = msgspec.to_builtins(cause)
    await writer.create(engine, Index.CAUSES, cause.id, document, refresh=True)


async def change(engine: Engine, cause_id: str, decide: Callable[[Cause], Cause]) -> Cause:
    """Raises `NotFoundError`, and `ConflictError` where somebody wrote in between."""
    stored = await engine.get(Index.CAUSES, cause_id)
    if stored is None:
        raise NotFoundError(_ABSENT)
    before = msgspec.convert(stored.source, Cause)
    after = decide(before)
    if after == before:
        return before
    after = replace(after, rev=before.rev + 1)
    await writer.replace(engine, stored, msgspec.to_builtins(after), refresh=True)
    return after


async def weather(engine: Engine) -> list[WeatherDay]:
    """The newest day first."""
    body = {
        "query": {"bool": {"must_not": [{"term": {"removed": True}}]}},
        "size": MOST_WEATHER,
        "sort": [{"day": "desc"}, {"id": "asc"}],
    }
    hits = (await engine.search(Index.WEATHER, body))["hits"]["hits"]
    return [msgspec.convert(hit["_source"], WeatherDay) for hit in hits]


async def put_weather(engine: Engine, one: WeatherDay) -> None:
    """Over what was written for this day and kind, if anything was."""
    stored = await engine.get(Index.WEATHER, one.id)
    if stored is None:
        try:
            await writer.create(
                engine, Index.WEATHER, one.id, msgspec.to_builtins(one), refresh=True
            )
        except ConflictError:
            await put_weather(engine, one)
        return
    newer = replace(one, rev=stored.source["rev"] + 1)
    await writer.replace(engine, stored, msgspec.to_builtins(newer), refresh=True)
