"""Polls and publications as documents."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, NotFoundError
from app.polls.models import POLL, PUBLICATION, Poll, Publication

_TRIES = 8


async def polls(engine: Engine, body: Mapping[str, Any]) -> list[Poll]:
    hits = (await engine.search(Index.POLLS, body))["hits"]["hits"]
    return [msgspec.convert(hit["_source"], Poll) for hit in hits]


async def publications(engine: Engine, body: Mapping[str, Any]) -> list[Publication]:
    hits = (await engine.search(Index.POLLS, body))["hits"]["hits"]
    return [msgspec.convert(hit["_source"], Publication) for hit in hits]


async def create(engine: Engine, one: Poll | Publication) -> None:
    """`ConflictError` where the id is taken."""
    await writer.create(engine, Index.POLLS, one.id, document_of(one), refresh=True)


async def change(engine: Engine, poll_id: str, decide: Callable[[Poll], Poll]) -> Poll:
    """Called again where a write lost a race. Raises `NotFoundError`, `ConflictError`."""
    for _ in range(_TRIES):
        stored = await engine.get(Index.POLLS, poll_id)
        if stored is None or stored.source.get("kind") != POLL:
            raise NotFoundError("Такого голосования нет.")
        before = msgspec.convert(stored.source, Poll)
        after = decide(before)
        if after == before:
            return before
        after = replace(after, rev=before.rev + 1)
        try:
            await writer.replace(engine, stored, document_of(after), refresh=True)
        except ConflictError:
            continue
        return after
    raise ConflictError("Голосование как раз меняют. Повторите через несколько секунд.")


async def hide_publication(engine: Engine, publication_id: str) -> None:
    """Raises `NotFoundError`, and `ConflictError` where somebody was first."""
    stored = await engine.get(Index.POLLS, publication_id)
    if stored is None or stored.source.get("kind") != PUBLICATION:
        raise NotFoundError("Такой отметки нет.")
    one = msgspec.convert(stored.source, Publication)
    hidden = replace(one, removed=True, rev=one.rev + 1)
    await writer.replace(engine, stored, document_of(hidden), refresh=True)


def document_of(one: Poll | Publication) -> dict[str, Any]:
    """With its kind, which is what tells the two apart."""
    return {**msgspec.to_builtins(one), "kind": one.kind, "rev": one.rev}
