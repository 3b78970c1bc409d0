"""The list of problems: for the page and the API."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.board.params import BoardParams
from app.board.query import board_body, told_body
from app.board.results import Board, Told, problems_in, read_board, told_of_each
from app.board.sparkline import SPAN
from app.engine.client import Engine
from app.engine.names import Index
from app.viewer import Viewer


async def open_board(
    engine: Engine, params: BoardParams, viewer: Viewer | None, zone: ZoneInfo
) -> Board:
    """Two searches: the documents order and filter, the cases of one page say how many."""
    answer = await engine.search(Index.PROBLEMS, board_body(params, viewer, datetime.now(zone)))
    found = problems_in(answer)
    told = await told_of_problems(engine, [one.id for one in found], viewer, zone)
    return read_board(params, answer, found, told)


async def told_of_problems(
    engine: Engine, ids: Collection[str], viewer: Viewer | None, zone: ZoneInfo
) -> dict[str, Told]:
    if not ids:
        return {}
    since = datetime.now(zone).date() - timedelta(days=SPAN - 1)
    return told_of_each(await engine.search(Index.CASES, told_body(ids, viewer, zone, since)))
