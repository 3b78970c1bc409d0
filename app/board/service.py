"""The list of problems: for the page, the API and the file."""

from asyncio import gather
from collections.abc import AsyncGenerator, Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.board.params import BoardParams
from app.board.query import board_body, told_body, walk_body
from app.board.results import Board, Row, Told, WalkedBoard, problems_in, read_board, told_of_each
from app.board.sparkline import SPAN
from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.names import Index
from app.growth.service import Growing, of_problems
from app.problems.models import Problem
from app.viewer import Viewer

WALK_PAGE = 200
"""Problems at a time: the messages of each are counted by day."""


async def open_board(
    engine: Engine, params: BoardParams, viewer: Viewer | None, zone: ZoneInfo
) -> Board:
    """Two searches: the documents order and filter, the cases of one page say how many. Two more,
    small ones, where some of it grow.
    """
    answer = await engine.search(Index.PROBLEMS, board_body(params, viewer, datetime.now(zone)))
    return read_board(params, answer, await rows_of(engine, problems_in(answer), viewer, zone))


async def walk(
    engine: Engine, params: BoardParams, viewer: Viewer | None, zone: ZoneInfo
) -> AsyncGenerator[WalkedBoard, None]:
    """The whole list in its order, the problems as they were at one moment; what their messages
    tell is counted as each page is read.

    The page and the size of `params` do not count. The reader may take up to two minutes over one.
    """
    body = walk_body(params, viewer, datetime.now(zone), WALK_PAGE)
    pit = await engine.open_pit(Index.PROBLEMS)
    try:
        while True:
            held = {"id": pit, "keep_alive": PIT_KEEP_ALIVE}
            answer = await engine.search(Index.PROBLEMS, {**body, "pit": held})
            pit, found = answer["pit_id"], problems_in(answer)
            rows = await rows_of(engine, found, viewer, zone)
            yield WalkedBoard(int(answer["hits"]["total"]["value"]), rows)
            if len(found) < WALK_PAGE:
                return
            body["search_after"] = answer["hits"]["hits"][-1]["sort"]
    finally:
        await engine.close_pit(pit)


async def rows_of(
    engine: Engine, problems: Sequence[Problem], viewer: Viewer | None, zone: ZoneInfo
) -> list[Row]:
    told, grown = await gather(
        told_of_problems(engine, [one.id for one in problems], viewer, zone),
        grown_of_problems(engine, problems, viewer, zone),
    )
    return [Row(one, told.get(one.id, Told()), grown.get(one.id)) for one in problems]


async def grown_of_problems(
    engine: Engine, problems: Sequence[Problem], viewer: Viewer | None, zone: ZoneInfo
) -> dict[str, Growing]:
    """Nothing is asked where nothing grows."""
    return await of_problems(engine, viewer, [one.id for one in problems if one.growing], zone)


async def told_of_problems(
    engine: Engine, ids: Collection[str], viewer: Viewer | None, zone: ZoneInfo
) -> dict[str, Told]:
    if not ids:
        return {}
    since = datetime.now(zone).date() - timedelta(days=SPAN - 1)
    return told_of_each(await engine.search(Index.CASES, told_body(ids, viewer, zone, since)))
