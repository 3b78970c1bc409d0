"""What becomes of old lines: whole months are dropped, by a command and never by themselves."""

from datetime import datetime, timedelta

from app.audit.service import ObjectKind, happened, record
from app.engine.client import Engine
from app.engine.months import Month, drop_months, months
from app.engine.names import Index
from app.settings import Settings


async def outlived(engine: Engine, settings: Settings, now: datetime) -> list[Month]:
    """Months whose last line is older than `OTKLIK_AUDIT_DAYS`."""
    oldest = now - timedelta(days=settings.audit_days)
    return [month for month in await months(engine, Index.AUDIT) if month.end <= oldest]


async def drop_outlived(engine: Engine, settings: Settings, now: datetime) -> list[Month]:
    """Drops them; that each was dropped stands in the journal before."""
    gone = await outlived(engine, settings, now)
    for month in gone:
        told = happened(
            "audit.dropped", who="local", kind=ObjectKind.AUDIT, object_id=month.name, at=now
        )
        await record(engine, told)
        await drop_months(engine, [month])
    return gone
