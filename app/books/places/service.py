"""A file of the administrator into the book of places, and the book as a file."""

import tempfile
from pathlib import Path

from anyio.to_thread import run_sync
from msgspec.structs import replace

from app.books.places.table import COLUMNS, read_places, write_places
from app.engine.client import Engine
from app.errors import TooLargeError
from app.intake.tables import Limits, convert, rows
from app.permissions import Permission
from app.places.models import KnownPlace, Loaded
from app.places.service import all_places, load_places
from app.settings import Settings
from app.viewer import Viewer, require

LARGEST_FILE = 20 << 20
MOST_ROWS = 200_000
_READ_SECONDS = 60.0


async def load_file(
    engine: Engine,
    settings: Settings,
    viewer: Viewer | None,
    data: bytes,
    filename: str,
    *,
    replace_all: bool,
) -> Loaded:
    """All of the table or nothing. Raises `ForbiddenError`, `TooLargeError`, `BadInputError`, also
    `BadBookError` with its rows.
    """
    require(viewer, Permission.BOOKS_EDIT)
    if len(data) > LARGEST_FILE:
        raise TooLargeError(f"Файл больше {LARGEST_FILE >> 20} МБ.", field="file")
    given = await run_sync(_read, settings, data, filename)
    return await load_places(engine, viewer, given, replace_all=replace_all)


async def written_places(engine: Engine, viewer: Viewer | None) -> bytes:
    """Raises `ForbiddenError`."""
    return await run_sync(write_places, await all_places(engine, viewer))


def _read(settings: Settings, data: bytes, filename: str) -> list[KnownPlace]:
    limits = replace(Limits.of(settings), rows=MOST_ROWS, seconds=_READ_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "rows"
        source.write_bytes(data)
        table = convert(
            source, target, filename=filename, expected=list(COLUMNS.values()), limits=limits
        )
        return read_places(table.header, rows(target))
