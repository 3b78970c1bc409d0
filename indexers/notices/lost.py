"""Letters whose worker died: nobody knows whether they went, so they are not sent again."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.notices.mailing import is_lost, unsure
from app.notices.models import Digest, MailState, Notice
from indexers.notices.store import Filter, find, mail_of, move

log = structlog.get_logger()


async def settle_lost(engine: Engine, now: datetime) -> int:
    """How many were given up; the next digest tells of notices among them."""
    wanted: list[Filter] = [
        {"term": {"mail.state": MailState.SENDING}},
        {"range": {"mail.claimed_until": {"lt": now.isoformat()}}},
    ]
    notices = await find(engine, Index.NOTICES, wanted, Notice)
    digests = await find(engine, Index.DIGESTS, wanted, Digest)
    lost = await _settle(engine, Index.NOTICES, [read for read, _ in notices], now)
    return lost + await _settle(engine, Index.DIGESTS, [read for read, _ in digests], now)


async def _settle(engine: Engine, index: Index, found: Sequence[Stored], now: datetime) -> int:
    steps = [(read, unsure(mail_of(read), now)) for read in found if is_lost(mail_of(read), now)]
    moved = await move(engine, index, steps)
    if moved:
        log.warning("letters_unsure", index=index, letters=len(moved))
    return len(moved)
