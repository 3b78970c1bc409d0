"""A whole result to a file: streamed, and there only when it is whole."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync

from app.audit.params import AuditParams
from app.audit.service import walk as walk_journal
from app.board.params import BoardParams
from app.board.service import walk as walk_board
from app.cases.directory import read_people
from app.disk import settle
from app.engine.client import Engine
from app.exports.columns import CASES_SHEET, SOURCE_FIELDS, Frame, Sheet
from app.exports.journal import JOURNAL_SHEET
from app.exports.models import ExportFormat
from app.exports.problems import PROBLEMS_SHEET, line_of
from app.search.params import SearchParams
from app.search.service import walk
from app.settings import Settings
from app.viewer import Viewer
from indexers.exports.tables import Writer, open_writer

Told = Callable[[int, int], Awaitable[object]]
"""Called with rows written and rows in all after each page."""

Pages = AsyncGenerator[tuple[int, list[dict[str, Any]]], None]
"""Rows in all, and those of one page."""


async def write_result(
    engine: Engine,
    settings: Settings,
    params: SearchParams,
    viewer: Viewer | None,
    target: Path,
    file_format: ExportFormat,
    told: Told | None = None,
) -> int:
    """Cases of a search, as `write_rows` writes them."""

    async def pages() -> Pages:
        whole = walk(engine, params, viewer, settings.zone, SOURCE_FIELDS)
        async with aclosing(whole):
            async for found in whole:
                yield found.total, found.cases

    return await write_rows(pages(), settings, CASES_SHEET, target, file_format, told)


async def write_journal(
    engine: Engine,
    settings: Settings,
    params: AuditParams,
    viewer: Viewer | None,
    target: Path,
    file_format: ExportFormat,
    told: Told | None = None,
) -> int:
    """Lines of the journal, as `write_rows` writes them."""

    async def pages() -> Pages:
        whole = walk_journal(engine, viewer, params, settings.zone)
        async with aclosing(whole):
            async for found in whole:
                yield found.total, found.lines

    return await write_rows(pages(), settings, JOURNAL_SHEET, target, file_format, told)


async def write_problems(
    engine: Engine,
    settings: Settings,
    params: BoardParams,
    viewer: Viewer | None,
    target: Path,
    file_format: ExportFormat,
    told: Told | None = None,
) -> int:
    """Problems of the board, as `write_rows` writes them."""
    people = await read_people(engine)

    async def pages() -> Pages:
        board = walk_board(engine, params, viewer, settings.zone)
        async with aclosing(board):
            async for found in board:
                yield found.total, [line_of(row, people) for row in found.rows]

    return await write_rows(pages(), settings, PROBLEMS_SHEET, target, file_format, told)


async def write_rows(
    pages: Pages,
    settings: Settings,
    sheet: Sheet,
    target: Path,
    file_format: ExportFormat,
    told: Told | None = None,
) -> int:
    """Returns the count of rows: that of the result at the moment of the beginning.

    Memory does not grow with the result: 1,000 rows at a time. Raises `OSError` where the disk
    refuses. Whatever stops it, `target` is as it was and nothing is left beside it.
    """
    frame = Frame(settings.zone, settings.base_url)
    part = target.with_name(f".{target.name}.{os.urandom(6).hex()}.part")
    try:
        writer = await run_sync(open_writer, file_format, part, sheet)
        try:
            done = 0
            async with aclosing(pages):  # also when stopped half-way the engine lets go at once
                async for total, found in pages:
                    await run_sync(_add, writer, sheet, found, frame)
                    done += len(found)
                    if told:
                        await told(done, total)
        finally:
            await run_sync(writer.close)
        await run_sync(settle, part, target)
    finally:
        part.unlink(missing_ok=True)
    return done


def _add(writer: Writer, sheet: Sheet, found: list[dict[str, Any]], frame: Frame) -> None:
    writer.add([sheet.row(one, frame) for one in found])
