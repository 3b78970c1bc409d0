"""Indexes of one calendar month each, for documents that are only ever added: the audit.

A month begins with its first document and ends, years later, as a whole. Writes go through an
alias of the month and demand that it is one, so that the engine never makes an index by guess.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from elasticsearch import BadRequestError, NotFoundError
from msgspec import Struct

from app.engine.client import Engine, translated_errors
from app.engine.mappings import load_definition
from app.engine.names import Index

_MONTH = re.compile(r"\d{6}")


class Month(Struct, frozen=True):
    """`name` is «202611»; `version` that of its mapping."""

    name: str
    index: str
    version: int
    closed: bool

    @property
    def end(self) -> datetime:
        """The first moment after it, in UTC."""
        year, month = int(self.name[:4]), int(self.name[4:])
        return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def month_name(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m}"


def month_alias(engine: Engine, index: Index, at: datetime) -> str:
    """Where a document of the moment `at` is written."""
    return f"{engine.prefix}{index}-{month_name(at)}-write"


async def open_month(engine: Engine, index: Index, at: datetime) -> None:
    """Makes the month of `at` ready for writes: created, or opened where it was closed."""
    month = next((one for one in await months(engine, index) if one.name == month_name(at)), None)
    if month is None:
        await _create(engine, index, at)
    elif month.closed:
        unblocked = {"index.blocks.write": None}
        async with translated_errors():
            await engine.client.indices.put_settings(index=month.index, settings=unblocked)


async def _create(engine: Engine, index: Index, at: datetime) -> None:
    async with translated_errors():
        nodes = int((await engine.health())["number_of_data_nodes"])
        wanted = load_definition(index, replicas=1 if nodes > 1 else 0)
        try:
            await engine.client.indices.create(
                index=f"{engine.prefix}{index}-{month_name(at)}",
                settings=wanted.settings,
                mappings=wanted.mappings,
                aliases={engine.read_alias(index): {}, month_alias(engine, index, at): {}},
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise


async def months(engine: Engine, index: Index) -> list[Month]:
    """From the oldest; empty where there are none yet."""
    async with translated_errors():
        try:
            answer = await engine.client.indices.get(
                index=engine.read_alias(index), features=["settings", "mappings"]
            )
        except NotFoundError:
            return []
    found = [_month(name, body) for name, body in answer.body.items()]
    return sorted(found, key=lambda month: month.name)


def _month(name: str, body: dict[str, Any]) -> Month:
    stamp = name.rpartition("-")[2]
    if not _MONTH.fullmatch(stamp):
        raise ValueError(f"{name} is not an index of a month")
    blocks = body["settings"]["index"].get("blocks", {})
    version = int(body["mappings"]["_meta"]["version"])
    return Month(stamp, name, version, blocks.get("write") == "true")


async def close_month(engine: Engine, month: Month) -> None:
    """From now on the engine refuses every write to it, whoever asks."""
    async with translated_errors():
        await engine.client.indices.add_block(index=month.index, block="write")


async def extend_month(engine: Engine, index: Index, month: Month) -> None:
    """Gives it the fields of the newest mapping: mappings of such indexes only ever grow."""
    wanted = load_definition(index)
    async with translated_errors():
        await engine.client.indices.put_mapping(
            index=month.index,
            properties=wanted.mappings["properties"],
            meta=wanted.mappings["_meta"],
        )


async def drop_months(engine: Engine, gone: Sequence[Month]) -> None:
    """Whole months: single documents are never deleted."""
    async with translated_errors():
        for month in gone:
            await engine.client.indices.delete(index=month.index)
