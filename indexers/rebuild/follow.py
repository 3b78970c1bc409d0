"""Brings the new index up to the old one: everything at first, then what was written since."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
import structlog
from anyio.to_thread import run_sync

from app.cases.derived import derive
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import RebuildError
from indexers import bulk
from indexers.audit.project import unaudited
from indexers.rebuild.means import Conversion, Document, conversion_into
from indexers.rebuild.stream import Page, refresh, settled, written_after

log = structlog.get_logger()

_encoder = msgspec.json.Encoder()

Copied = Callable[[Page, int], Awaitable[None]]
"""Told of each page after it is written, with the position that is surely reached."""


def renewed(document: dict[str, Any]) -> dict[str, Any]:
    """`document` with its derived fields computed anew; whatever else is in it stays.

    An empty derived field is left out, as everywhere.
    """
    fresh = msgspec.structs.asdict(derive(document.get("title"), document["text"]))
    fresh |= unaudited(document.get("history", []), document["audit_seq"])
    rest = {name: value for name, value in document.items() if name not in fresh}
    kept = {name: value for name, value in fresh.items() if value}
    return rest | {"audit_seq": 0} | kept


def actions(
    documents: Sequence[Document], target: str, convert: Conversion
) -> list[bulk.BulkAction]:
    """Writes by `rev`: the order in which they arrive does not matter."""
    return [
        bulk.BulkAction(
            "index", key, _encoder.encode(renewed(found)), place=target, version=found["rev"]
        )
        for key, found in convert(documents)
    ]


async def put(engine: Engine, written: Sequence[bulk.BulkAction]) -> None:
    """A higher revision that is already there stays; a refused document stops the rebuild."""
    outcome = await bulk.write(engine, Index.CASES, written)
    if not outcome.failures:
        return
    first = next(iter(outcome.failures.values()))
    log.error("rebuild_refused", id=first.id, type=first.type, reason=first.reason)
    raise RebuildError(
        f"Новый индекс не принял обращение {first.id} ({first.type}). "
        "Прежний работает как работал; подробности в журнале."
    )


async def follow(
    engine: Engine, source: str, target: str, position: int, copied: Copied
) -> tuple[int, int]:
    """One pass over what was written after `position`: the position reached and how many.

    Writes under way when it begins may have lower numbers than some already visible, so no
    position beyond the settled one is ever reported.
    """
    bound = await settled(engine, source)
    await refresh(engine, source)
    passed = 0
    async with aclosing(_prepared_ahead(engine, source, target, position)) as pages:
        async for page, prepared in pages:
            await put(engine, prepared)
            passed += len(prepared)
            await copied(page, min(page.last, bound))
    return max(bound, position), passed


async def _prepared_ahead(
    engine: Engine, source: str, target: str, position: int
) -> AsyncGenerator[tuple[Page, list[bulk.BulkAction]], None]:
    """Reads and prepares the next page while the last is being written."""
    convert = await conversion_into(engine, target)
    pages = written_after(engine, source, position)

    async def ready() -> tuple[Page, list[bulk.BulkAction]] | None:
        page = await anext(pages, None)
        if page is None:
            return None
        return page, await run_sync(actions, page.documents, target, convert)

    coming = asyncio.create_task(ready())
    try:
        while (now := await coming) is not None:
            coming = asyncio.create_task(ready())
            yield now
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await pages.aclose()
