"""Notices that follow from a clock or a count instead of a history: written once, told at once."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import structlog

from app.accounts.staff import Staff
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineSetupError
from app.notices.models import Notice
from app.notices.planning import planned
from app.notices.waking import wake
from app.settings import Settings
from indexers import bulk

log = structlog.get_logger()

_encoder = msgspec.json.Encoder()


async def give(
    engine: Engine, settings: Settings, staff: Staff, notices: Sequence[Notice], now: datetime
) -> None:
    """Only to people who work here; one that exists already is left as it is."""
    here = [one for one in notices if one.login in staff.users]
    if not here:
        return
    ready = [_planned(settings, staff, one, now) for one in here]
    actions = [bulk.BulkAction("create", one.id, _encoder.encode(one)) for one in ready]
    outcome = await bulk.write(engine, Index.NOTICES, actions)
    if outcome.failures:
        first = next(iter(outcome.failures.values()))
        log.error("notice_refused", id=first.id, type=first.type, reason=first.reason)
        raise EngineSetupError("Уведомления не записаны. Подробности в журнале работы.")
    await engine.refresh(Index.NOTICES)  # whoever is woken counts by a search
    await wake(settings, {one.login for one in here})


def _planned(settings: Settings, staff: Staff, one: Notice, now: datetime) -> Notice:
    mail = planned(staff.users[one.login], one.what, now, settings.zone, mail_on=settings.mail_on)
    return msgspec.structs.replace(one, mail=mail)
