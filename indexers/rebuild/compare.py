"""Compares the two indexes by revision and repairs what differs."""

from collections.abc import AsyncGenerator

from app.engine.client import Engine, translated_errors
from app.errors import RebuildError
from indexers.rebuild.follow import actions, put
from indexers.rebuild.means import Conversion, conversion_into
from indexers.rebuild.stream import PAGE, refresh, revisions, written_after

_ROUNDS = 3


async def compare_and_repair(engine: Engine, source: str, target: str, up_to: int) -> int:
    """How many documents had to be written again before no difference was left.

    Looks at documents last written at `up_to` or before; later ones come with the next pass.
    """
    repaired, convert = 0, await conversion_into(engine, target)
    for _ in range(_ROUNDS):
        await refresh(engine, target)
        found = [key async for key in differences(engine, source, target, up_to)]
        if not found:
            return repaired
        for start in range(0, len(found), PAGE):
            await _repair(engine, source, target, found[start : start + PAGE], convert)
        repaired += len(found)
    raise RebuildError("Новый индекс расходится с прежним и после исправления. Повторите команду.")


async def differences(
    engine: Engine, source: str, target: str, up_to: int
) -> AsyncGenerator[str, None]:
    """Ids that the target lacks or holds in a lower revision. Both are walked side by side."""
    theirs = revisions(engine, target)
    key, revision = await _next(theirs)
    async for wanted, least in revisions(engine, source, up_to):
        while key and key < wanted:
            key, revision = await _next(theirs)
        if key != wanted or revision < least:
            yield wanted
    await theirs.aclose()


async def _next(pairs: AsyncGenerator[tuple[str, int], None]) -> tuple[str, int]:
    async for pair in pairs:
        return pair
    return "", 0


async def bring_late_writes(engine: Engine, source: str, target: str, position: int) -> int:
    """Documents written to the source after `position` whose revision the target does not reach."""
    await refresh(engine, source)
    late, convert = 0, await conversion_into(engine, target)
    async for page in written_after(engine, source, position):
        async with translated_errors():
            answer = await engine.client.mget(
                index=target, ids=[key for key, _ in page.documents], source_includes=["rev"]
            )
        there = {hit["_id"]: hit["_source"]["rev"] for hit in answer["docs"] if hit["found"]}
        lower = [(key, one) for key, one in page.documents if there.get(key, 0) < one["rev"]]
        await put(engine, actions(lower, target, convert))
        late += len(lower)
    return late


async def _repair(
    engine: Engine, source: str, target: str, ids: list[str], convert: Conversion
) -> None:
    async with translated_errors():
        answer = await engine.client.mget(index=source, ids=ids)
    documents = [(found["_id"], found["_source"]) for found in answer["docs"] if found["found"]]
    await put(engine, actions(documents, target, convert))
