"""One action on the rows that were marked: each on its own, told row by row."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from app.cases.actions.apply import rule_of
from app.cases.actions.model import Action
from app.cases.actions.reading import read_given
from app.cases.doing import act_on_row
from app.cases.rows import RowResult, RowState
from app.engine.client import Engine
from app.engine.names import Index
from app.viewer import Viewer


async def do_to_marked(
    engine: Engine,
    viewer: Viewer,
    ids: Sequence[str],
    name: str,
    raw: Mapping[str, str],
    key: str,
    zone: ZoneInfo,
) -> list[RowResult]:
    """Rows of one page, so the person waits for all of them; refreshed once at the end.

    What takes longer, or more fields, is a job of `app.bulk`. Raises `BadInputError` for what was
    typed before any row is touched. Sent twice with the same `key` it acts once.
    """
    given = read_given(rule_of(name), raw, zone)
    action = Action(name, given, key or None)
    rows = await gather(*(act_on_row(engine, viewer, one, action, zone) for one in ids))
    if any(row.state is RowState.DONE for row in rows):
        await engine.refresh(Index.CASES)
    return list(rows)
