"""Open cases from before stages were kept get theirs, once, after an upgrade."""

from datetime import datetime

from app.cases.chasing import UNTIMED, retimed
from app.deadlines.current import current_deadlines
from app.engine.client import Engine
from indexers.chase.sweep import Swept, pages, write


async def retime(engine: Engine, now: datetime) -> Swept:
    """Safe in parallel and to repeat; a due moment the case came with stays. Cases that no profile
    fits are looked at each time and left as they are.
    """
    book, swept = await current_deadlines(engine), Swept()
    async for ids in pages(engine, UNTIMED, by="id"):
        await write(engine, ids, lambda case: retimed(case, book, now), swept)
    return swept
