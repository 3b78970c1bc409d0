"""Changes of the book as documents, and the open cases as far as a due moment needs them."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import msgspec
import structlog

from app.cases.models import Case
from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.jobs import JobStore
from app.engine.names import Index
from app.recounts.models import BUSY_STATES, Recount
from app.recounts.query import ENOUGH, open_cases

log = structlog.get_logger()

RECOUNTS = JobStore(
    Index.RECOUNTS,
    Recount,
    BUSY_STATES,
    asked_for=(),
    absent="Такого изменения сроков нет.",
    changing="Сроки как раз пересчитываются. Повторите через несколько секунд.",
)
_PAGE = 1000
_ABSENT: dict[str, Any] = {"text": "", "source": {"system": ""}}
"""Stands for what is not read."""


async def pages_of_open(engine: Engine) -> AsyncGenerator[list[Case], None]:
    """All open cases of one moment, only with what their due moments depend on."""
    pit, after = await engine.open_pit(Index.CASES), None
    try:
        while True:
            body: dict[str, Any] = {
                "size": _PAGE,
                "query": open_cases(),
                "_source": list(ENOUGH),
                "sort": [{"id": "asc"}],
                "track_total_hits": False,
                "pit": {"id": pit, "keep_alive": PIT_KEEP_ALIVE},
                **({"search_after": after} if after else {}),
            }
            hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
            if not hits:
                return
            yield [case for hit in hits if (case := _to_case(hit["_id"], hit["_source"]))]
            after = hits[-1]["sort"]
    finally:
        await engine.close_pit(pit)


def _to_case(case_id: str, source: Mapping[str, Any]) -> Case | None:
    """None for one that cannot be read: it keeps none of the others waiting."""
    try:
        return msgspec.convert({**_ABSENT, **source}, Case)
    except msgspec.ValidationError:
        log.error("case_unreadable", case_id=case_id)  # noqa: TRY400 - what it says may quote a text
        return None
