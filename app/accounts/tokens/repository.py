"""Tokens as documents."""

from typing import Any

import msgspec

from app.accounts.tokens.models import Token
from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index

MOST = 500
"""Tokens a list shows; an installation has a dozen."""


async def add(engine: Engine, token: Token) -> None:
    document = msgspec.to_builtins(token)
    await writer.create(engine, Index.TOKENS, token.id, document, refresh=True)


async def find(engine: Engine, token_id: str) -> tuple[Token, Stored] | None:
    """The current document, so that a token that was taken away is dead at once."""
    read = await engine.get(Index.TOKENS, token_id)
    return (msgspec.convert(read.source, Token), read) if read else None


async def replace(engine: Engine, read: Stored, token: Token, *, refresh: bool = False) -> None:
    """`ConflictError` where somebody wrote in between."""
    await writer.replace(engine, read, msgspec.to_builtins(token), refresh=refresh)


async def newest(engine: Engine, wanted: dict[str, Any] | None = None) -> list[Token]:
    """The newest first."""
    body = {
        "size": MOST,
        "sort": [{"created_at": "desc"}, {"id": "asc"}],
        "query": wanted or {"match_all": {}},
    }
    hits = (await engine.search(Index.TOKENS, body))["hits"]["hits"]
    return [msgspec.convert(hit["_source"], Token) for hit in hits]
