"""Letters whose worker died: nobody knows whether they went, so they are not sent again."""

from datetime import datetime

import structlog

from app.engine.client import Engine
from app.engine.names import Index
from app.notices.mailing import is_lost, unsure
from app.notices.models import Digest, MailState, Notice
from indexers.notices.store import find, mail_of, move

log = structlog.get_logger()


async def settle_lost(engine: Engine, now: datetime) -> int:
    """How many were given up; the next digest tells of notices among them."""
    return await _settle(engine, Index.NOTICES, Notice, now) + await _settle(
        engine, Index.DIGESTS, Digest, now
    )


async def _settle(
    engine: Engine, index: Index, kind: type[Notice] | type[Digest], now: datetime
) -> int:
    filters = [
        {"term": {"mail.state": MailState.SENDING}},
        {"range": {"mail.claimed_until": {"lt": now.isoformat()}}},
    ]
    found = await find(engine, index, filters, kind)
    steps = [
        (read, unsure(mail_of(read), now)) for read, _ in found if is_lost(mail_of(read), now)
    ]
    moved = await move(engine, index, steps)
    if moved:
        log.warning("letters_unsure", index=index, letters=len(moved))
    return len(moved)
