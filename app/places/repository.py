"""The book of places in the engine: states that are written whole, and the document that names one.

A state lies in several documents under a name of its own, and nothing reads it before the book
names it: so a table is in use whole or not at all, whoever dies while it is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.engine import writer
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.places.models import DOCUMENT, Kept, KnownPlace, PlacesBook
from app.places.rules import streets_of

_PART = 2_000
_READ_TOGETHER = 20
"""Parts of one request: 4 MB."""


async def load_book(engine: Engine) -> tuple[PlacesBook, Stored | None]:
    read = await engine.get(Index.PLACES, DOCUMENT)
    return (msgspec.convert(read.source, PlacesBook) if read else PlacesBook()), read


async def save_book(engine: Engine, book: PlacesBook, read: Stored | None) -> None:
    """`audit_seq` is moved by the journal only: as it was read. Raises `ConflictError`."""
    source = read.source if read else {}
    book.rev, book.audit_seq = source.get("rev", 0) + 1, source.get("audit_seq", 0)
    document: dict[str, Any] = msgspec.to_builtins(book)
    if read is None:
        await writer.create(engine, Index.PLACES, DOCUMENT, document)
    else:
        await writer.replace(engine, read, document)


async def write_state(engine: Engine, generation: str, places: Sequence[KnownPlace]) -> Kept:
    """Under a name that was never given before; in use once the book names it."""
    parts = 0
    for parts, document in enumerate(_parts(generation, places), 1):
        await writer.create(engine, Index.PLACES, part_id(generation, parts), document)
    return Kept(generation, parts, len(places), len(streets_of(places)))


def _parts(generation: str, places: Sequence[KnownPlace]) -> Iterator[Mapping[str, Any]]:
    for start in range(0, len(places), _PART):
        rows = msgspec.to_builtins(places[start : start + _PART])
        yield {"generation": generation, "places": rows}


def part_id(generation: str, number: int) -> str:
    return f"{generation}:{number}"


async def read_state(engine: Engine, kept: Kept | None) -> list[KnownPlace]:
    """Raises `ConflictError` where it has gone: two newer ones have come since it was named."""
    if kept is None:
        return []
    found: list[KnownPlace] = []
    ids = [part_id(kept.generation, number) for number in range(1, kept.parts + 1)]
    for start in range(0, len(ids), _READ_TOGETHER):
        wanted = ids[start : start + _READ_TOGETHER]
        read = await engine.get_many(Index.PLACES, wanted)
        if len(read) < len(wanted):
            raise ConflictError("Справочник мест как раз меняют. Повторите через несколько секунд.")
        for one in wanted:
            found += msgspec.convert(read[one].source["places"], list[KnownPlace])
    return found
