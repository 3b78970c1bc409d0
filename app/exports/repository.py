"""Exports as documents."""

from datetime import datetime

from app.engine.client import Engine
from app.engine.jobs import JobStore
from app.engine.names import Index
from app.exports.models import BUSY_STATES, ENDED_STATES, ExportJob

EXPORTS = JobStore(
    Index.EXPORTS,
    ExportJob,
    BUSY_STATES,
    asked_for=("format",),
    absent="Такой выгрузки нет.",
    changing="Выгрузка как раз меняется. Повторите через несколько секунд.",
)


async def finished_before(engine: Engine, moment: datetime) -> list[str]:
    """Ids of exports that ended before `moment` and may still have a file, whole or begun."""
    old = {"range": {"finished_at": {"lt": moment.isoformat()}}}
    ended = {"terms": {"state": sorted(ENDED_STATES)}}
    return await EXPORTS.ids(engine, {"bool": {"filter": [ended, old]}})
