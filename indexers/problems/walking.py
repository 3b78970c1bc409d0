"""Every hit of a search, page after page."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import structlog

from app.engine.client import Engine
from app.engine.names import Index
from app.problems.query import PAGE

log = structlog.get_logger()

Body = dict[str, Any]
Made = TypeVar("Made")
Ask = Callable[[list[Any] | None], Body]
"""From the place after which a page begins to a search of `PAGE` in a steady order."""


async def every_hit(engine: Engine, index: Index, body: Ask) -> AsyncIterator[Body]:
    after: list[Any] | None = None
    while True:
        hits = (await engine.search(index, body(after)))["hits"]["hits"]
        for hit in hits:
            yield hit
        if len(hits) < PAGE:
            return
        after = hits[-1]["sort"]


async def every_readable(
    engine: Engine, index: Index, body: Ask, make: Callable[[Body], Made]
) -> AsyncIterator[Made]:
    """What `make` makes of the document of every hit. One that it cannot make anything of is told
    of and left out: it keeps none of the others waiting.
    """
    async for hit in every_hit(engine, index, body):
        try:
            made = make(hit["_source"])
        except Exception as error:  # noqa: BLE001 - whatever may stand in a document
            kind = type(error).__name__  # what it says may quote a text
            log.error("document_unreadable", index=index, document=hit["_id"], error=kind)  # noqa: TRY400
        else:
            yield made
