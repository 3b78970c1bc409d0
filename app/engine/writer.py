"""Single writes: each either creates a document or replaces exactly the one that was read."""

from collections.abc import Mapping
from typing import Any

from elasticsearch import ConflictError as EngineConflictError

from app.engine.client import Engine, Stored, translated_errors
from app.engine.names import Index
from app.errors import ConflictError


async def create(
    engine: Engine,
    index: Index,
    document_id: str,
    document: Mapping[str, Any],
    *,
    refresh: bool = False,
) -> Stored:
    """Writes a new document; `ConflictError` where the id is taken."""
    async with translated_errors():
        try:
            answer = await engine.client.create(
                index=engine.write_alias(index), id=document_id, document=document, refresh=refresh
            )
        except EngineConflictError as error:
            raise ConflictError("Такая запись уже есть.") from error
    return _stored(index, document, answer)


async def replace(
    engine: Engine, read: Stored, document: Mapping[str, Any], *, refresh: bool = False
) -> Stored:
    """Writes over `read`; `ConflictError` where somebody wrote in between."""
    async with translated_errors():
        try:
            answer = await engine.client.index(
                index=engine.write_alias(read.index),
                id=read.id,
                document=document,
                if_seq_no=read.seq_no,
                if_primary_term=read.primary_term,
                refresh=refresh,
            )
        except EngineConflictError as error:
            raise ConflictError("Запись уже изменил кто-то другой. Откройте её заново.") from error
    return _stored(read.index, document, answer)


def _stored(index: Index, document: Mapping[str, Any], answer: Any) -> Stored:
    return Stored(index, answer["_id"], dict(document), answer["_seq_no"], answer["_primary_term"])
