"""Every hit of a search, page after page."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from app.engine.client import Engine
from app.engine.names import Index
from app.problems.query import PAGE

Body = dict[str, Any]


async def every_hit(
    engine: Engine, index: Index, body: Callable[[list[Any] | None], Body]
) -> AsyncIterator[Body]:
    """`body`: from the place after which a page begins to a search of `PAGE` in a steady order."""
    after: list[Any] | None = None
    while True:
        hits = (await engine.search(index, body(after)))["hits"]["hits"]
        for hit in hits:
            yield hit
        if len(hits) < PAGE:
            return
        after = hits[-1]["sort"]
