"""Lines of the journal as documents: added and read, never changed and never deleted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.audit.models import AuditEvent
from app.engine import writer
from app.engine.client import Engine, translated_errors
from app.engine.months import month_alias, months
from app.engine.names import Index


def content_of(event: AuditEvent) -> dict[str, Any]:
    """The document without its place in a chain."""
    content: dict[str, Any] = msgspec.to_builtins(event)
    return content


async def add(engine: Engine, at: datetime, document: Mapping[str, Any]) -> None:
    """`ConflictError` where the id is taken."""
    await writer.add_to_month(engine, Index.AUDIT, at, str(document["id"]), document)


async def by_ids(engine: Engine, wanted: Sequence[tuple[str, datetime]]) -> dict[str, Any]:
    """Documents that exist, by id, also those no search sees yet; `wanted`: ids and moments."""
    there = {month.name for month in await months(engine, Index.AUDIT)}
    docs = [
        {"_id": document_id, "_index": alias}
        for document_id, at in wanted
        if (alias := month_alias(engine, Index.AUDIT, at)).rsplit("-", 2)[1] in there
    ]
    if not docs:
        return {}
    async with translated_errors():
        answer = await engine.client.mget(docs=docs)
    return {found["_id"]: found["_source"] for found in answer["docs"] if found.get("found")}
