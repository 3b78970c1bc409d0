"""Histories of cases → the journal: every event once, in order, whatever dies in between.

The chain of a case is its history: a line depends on nothing but the event and the line before
it, so two workers that project the same case write the same lines, and the second finds them there.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from app.audit import repository
from app.audit.chain import ChainKey, chain_key, linked
from app.audit.models import (
    AuditEvent,
    ObjectKind,
    Outcome,
    as_code,
    as_id,
    as_login,
    as_number,
)
from app.engine.client import Engine, Stored
from app.engine.months import month_alias, month_name, open_month
from app.engine.names import Index
from app.errors import EngineSetupError
from indexers import bulk, projection
from indexers.projection import BATCH, Projection

log = structlog.get_logger()

_IMPORTED = "imported"
_encoder = msgspec.json.Encoder()


class Line(Struct, frozen=True):
    """An event that is still to be written."""

    id: str
    at: datetime
    document: dict[str, Any]


def line_id(case_id: str, seq: int) -> str:
    return f"{case_id}:{seq}"


def told_by_import(event: Mapping[str, Any]) -> bool:
    """The first event of a case that a file brought: the line of the import tells of them all."""
    return bool(event["what"] == _IMPORTED and event["seq"] == 1)


def event_of(case: Mapping[str, Any], event: Mapping[str, Any]) -> AuditEvent:
    """What of a history event may stand in the journal: neither values nor typed reasons."""
    origin = event.get("origin") or {}
    return AuditEvent(
        id=line_id(case["id"], event["seq"]),
        at=datetime.fromisoformat(event["at"]),
        what=f"case.{event['what']}",
        outcome=Outcome.DONE,
        who=as_login(event.get("by")),
        for_whom=as_login(event.get("for_whom")),
        kind=ObjectKind.CASE,
        object_id=as_id(case["id"]),
        number=as_number(case["number"]),
        changed=[name for name in event.get("changed", []) if as_code(name)],
        address=origin.get("address"),
        agent=origin.get("agent"),
        request_id=origin.get("request_id"),
        token=origin.get("token"),
    )


async def project(engine: Engine, ids: Collection[str]) -> int:
    """Writes what the journal lacks of these cases; returns how many it caught up with."""
    return await projection.project(engine, AUDIT, ids)


async def project_due(engine: Engine, limit: int = BATCH) -> int:
    """Projects the cases that wait longest; 0 where none wait, or none could be caught up with."""
    return await projection.project_due(engine, AUDIT, limit)


def _is_due(case: Mapping[str, Any]) -> bool:
    return bool(case.get("audit_due")) or len(case.get("history", [])) > case["audit_seq"]


async def _write_lines(engine: Engine, due: Mapping[str, Stored]) -> None:
    known = await repository.by_ids(engine, _wanted(due.values()))
    key = chain_key(engine.data_dir)
    lines = [line for read in due.values() for line in _missing(key, read.source, known)]
    if not lines:
        return
    for month in {month_name(line.at): line.at for line in lines}.values():
        await open_month(engine, Index.AUDIT, month)
    outcome = await bulk.write(engine, Index.AUDIT, [_action(engine, line) for line in lines])
    if outcome.failures:
        first = next(iter(outcome.failures.values()))
        log.error("audit_refused", id=first.id, type=first.type, reason=first.reason)
        raise EngineSetupError("Журнал не принял запись. Подробности в журнале работы.")


def _wanted(found: Collection[Stored]) -> list[tuple[str, datetime]]:
    """Lines that may be there already, and the last one before them."""
    return [
        (line_id(read.id, event["seq"]), datetime.fromisoformat(event["at"]))
        for read in found
        for event in read.source.get("history", [])
        if event["seq"] >= max(read.source["audit_seq"], 1) and not told_by_import(event)
    ]


def _missing(key: ChainKey, case: Mapping[str, Any], known: Mapping[str, Any]) -> list[Line]:
    """Lines to write, each linked to the one before it as that one really stands in the journal."""
    lines = []
    previous = ""
    for event in case.get("history", []):
        if told_by_import(event):
            continue
        there = known.get(line_id(case["id"], event["seq"]))
        if there:
            previous = there["hash"]
        elif event["seq"] > case["audit_seq"]:
            told = event_of(case, event)
            document = linked(
                key,
                repository.content_of(told),
                chain=case["id"],
                link=event["seq"],
                previous=previous,
            )
            lines.append(Line(told.id, told.at, document))
            previous = document["hash"]
    return lines


def _action(engine: Engine, line: Line) -> bulk.BulkAction:
    place = month_alias(engine, Index.AUDIT, line.at)
    body = _encoder.encode(line.document)
    return bulk.BulkAction("create", line.id, body, place=place, is_alias=True)


AUDIT = Projection("audit", "audit_seq", "audit_due", _is_due, _write_lines)


def unaudited(history: Sequence[Mapping[str, Any]], audit_seq: int) -> dict[str, Any]:
    """`audit_seq` and `audit_due` as they must be beside this history (documents of version 1)."""
    told = audit_seq or int(bool(history) and told_by_import(history[0]))
    return {"audit_seq": told, "audit_due": len(history) > told}
