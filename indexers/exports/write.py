"""A whole result to a file: streamed, and there only when it is whole."""

import os
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from anyio.to_thread import run_sync

from app.engine.client import Engine
from app.exports.columns import SOURCE_FIELDS, Cell, Frame, cells_of
from app.exports.models import ExportFormat
from app.search.params import SearchParams
from app.search.service import WalkPage, walk
from app.settings import Settings
from app.viewer import Viewer
from indexers.exports.tables import Writer, open_writer

Told = Callable[[int, int], Awaitable[object]]
"""Called with rows written and rows in all after each page."""


async def write_result(
    engine: Engine,
    settings: Settings,
    params: SearchParams,
    viewer: Viewer | None,
    target: Path,
    file_format: ExportFormat,
    told: Told | None = None,
) -> int:
    """Returns the count of rows: that of the result at the moment of the beginning.

    Memory does not grow with the result: 1,000 cases at a time. Raises `OSError` where the disk
    refuses. Whatever stops it, `target` is as it was and nothing is left beside it.
    """
    frame = Frame(settings.zone, settings.base_url)
    part = target.with_name(f".{target.name}.{os.urandom(6).hex()}.part")
    try:
        writer = await run_sync(open_writer, file_format, part)
        try:
            done = 0
            whole = walk(engine, params, viewer, settings.zone, SOURCE_FIELDS)
            async with aclosing(whole):  # also when stopped half-way the engine lets go at once
                async for found in whole:
                    await run_sync(_add, writer, found, frame)
                    done += len(found.cases)
                    if told:
                        await told(done, found.total)
        finally:
            await run_sync(writer.close)
        await run_sync(_settle, part, target)
    finally:
        part.unlink(missing_ok=True)
    return done


def _add(writer: Writer, found: WalkPage, frame: Frame) -> None:
    rows: list[list[Cell]] = [cells_of(case, frame) for case in found.cases]
    writer.add(rows)


def _settle(part: Path, target: Path) -> None:
    """On the disk before it has its name."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
