"""Acts on many cases as documents."""

from app.bulk.models import BUSY_STATES, BulkJob
from app.engine.jobs import JobStore
from app.engine.names import Index

BULK = JobStore(
    Index.BULK,
    BulkJob,
    BUSY_STATES,
    asked_for=("action",),
    absent="Такого действия над списком нет.",
    changing="Действие как раз выполняется. Повторите через несколько секунд.",
)
