"""Single writes: each either creates a document or replaces exactly the one that was read.

A write that meets the switch of a rebuild waits for it and then goes to the new index.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from elasticsearch import ApiError
from elasticsearch import ConflictError as EngineConflictError

from app.engine.client import Engine, Stored, translated_errors
from app.engine.months import month_alias, open_month
from app.engine.names import Index
from app.engine.seal import refused_by_seal, wait_until_open
from app.errors import ConflictError, EngineSetupError

_CHANGED = "Запись уже изменил кто-то другой. Откройте её заново."


async def create(
    engine: Engine,
    index: Index,
    document_id: str,
    document: Mapping[str, Any],
    *,
    refresh: bool = False,
) -> Stored:
    """Writes a new document; `ConflictError` where the id is taken."""

    async def write() -> Any:
        return await engine.client.create(
            index=engine.write_alias(index), id=document_id, document=document, refresh=refresh
        )

    answer = await _open_write(write, "Такая запись уже есть.")
    if answer is None:
        await wait_until_open(engine, index)
        return await create(engine, index, document_id, document, refresh=refresh)
    return _stored(index, document, answer)


async def replace(
    engine: Engine, read: Stored, document: Mapping[str, Any], *, refresh: bool = False
) -> Stored:
    """Writes over `read`; `ConflictError` where somebody wrote in between."""

    async def write() -> Any:
        return await engine.client.index(
            index=read.place or engine.write_alias(read.index),
            id=read.id,
            document=document,
            if_seq_no=read.seq_no,
            if_primary_term=read.primary_term,
            refresh=refresh,
        )

    answer = await _open_write(write, _CHANGED)
    if answer is None:
        return await replace(engine, await _moved(engine, read), document, refresh=refresh)
    return _stored(read.index, document, answer)


async def _open_write(write: Callable[[], Awaitable[Any]], conflict: str) -> Any:
    """The engine's answer; None where the index is sealed, nothing being written then."""
    async with translated_errors():
        try:
            return await write()
        except EngineConflictError as error:
            raise ConflictError(conflict) from error
        except ApiError as error:
            if refused_by_seal(error):
                return None
            raise


async def _moved(engine: Engine, read: Stored) -> Stored:
    """The document of `read` where it lies after a switch, if nobody changed it meanwhile.

    Compared by `rev`, since a rebuild derives some fields anew.
    """
    await wait_until_open(engine, read.index)
    now = await engine.get(read.index, read.id)
    if now is None:
        raise ConflictError(_CHANGED)
    same = (
        now.source.get("rev") == read.source["rev"]
        if "rev" in read.source
        else (now.source == read.source)
    )
    if not same:
        raise ConflictError(_CHANGED)
    return now


async def add_to_month(
    engine: Engine, index: Index, at: datetime, document_id: str, document: Mapping[str, Any]
) -> None:
    """Writes a new document of the moment `at`; `ConflictError` where the id is taken.

    The month is made, or opened again, where it must be.
    """

    async def write() -> Any:
        return await engine.client.index(
            index=month_alias(engine, index, at),
            id=document_id,
            document=document,
            op_type="create",
            require_alias=True,
        )

    try:
        written = await _open_write(write, "Такая запись уже есть.")
    except EngineSetupError:
        written = None
    if written is None:
        await open_month(engine, index, at)
        await _open_write(write, "Такая запись уже есть.")


def _stored(index: Index, document: Mapping[str, Any], answer: Any) -> Stored:
    return Stored(
        index,
        answer["_id"],
        dict(document),
        answer["_seq_no"],
        answer["_primary_term"],
        answer["_index"],
    )
