"""What the other parts do with the journal: write into it, and show it to whoever may read it."""

import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.audit import query
from app.audit.chain import chain_key, name_hash
from app.audit.models import AuditEvent, ObjectKind, Outcome, as_id, as_number, happened
from app.audit.params import AuditParams
from app.audit.recorder import write
from app.audit.results import AuditPage, read_page
from app.engine.client import PIT_KEEP_ALIVE, Engine
from app.engine.names import Index
from app.permissions import Permission
from app.viewer import Viewer, require

__all__ = [
    "AuditEvent",
    "ObjectKind",
    "Outcome",
    "happened",
    "record",
    "record_author_search",
    "record_name_search",
    "record_phone_search",
]

WALK_PAGE = 1_000


async def record(engine: Engine, event: AuditEvent) -> None:
    """Returns when the line is on the disk: call it BEFORE the effect it tells of.

    Raises `EngineUnavailableError`; then the effect must not happen.
    """
    await write(engine, event)


async def record_name_search(engine: Engine, viewer: Viewer, name: str, found: int) -> None:
    """A search by a citizen's name: that it happened, by whom, how many were found; not the name.

    Equal names have equal hashes, so that repeated searches for one person show.
    """
    hashed = name_hash(chain_key(engine.data_dir), name)
    await record(
        engine,
        happened(
            "case.searched_by_name",
            who=viewer.name,
            for_whom=viewer.lent_by(Permission.CASE_VIEW),
            count=found,
            name_hash=hashed,
        ),
    )


async def record_phone_search(
    engine: Engine, viewer: Viewer, phone: str, found: int, once_for: str
) -> None:
    """As `record_name_search`, by a citizen's telephone.

    `once_for` names the form that asks while somebody types: each number in it is one line.
    """
    hashed = name_hash(chain_key(engine.data_dir), phone)
    event = happened(
        "case.searched_by_phone",
        who=viewer.name,
        for_whom=viewer.lent_by(Permission.CASE_REGISTER),
        count=found,
        name_hash=hashed,
    )
    line = hashlib.sha256(f"{viewer.name}\x1f{once_for}\x1f{hashed}".encode()).hexdigest()[:32]
    await record(engine, msgspec.structs.replace(event, id=line))


async def record_author_search(
    engine: Engine,
    viewer: Viewer,
    author_key: str,
    found: int,
    opened_from: tuple[str, str],
    lent_by: str | None,
) -> None:
    """As `record_name_search`, for all cases of the author of one: `opened_from` is its id and
    number. `lent_by` is whom the viewer stands in for.
    """
    case_id, case_number = opened_from
    event = happened(
        "case.searched_by_author",
        who=viewer.name,
        for_whom=lent_by,
        kind=ObjectKind.CASE,
        object_id=as_id(case_id),
        number=as_number(case_number),
        count=found,
        name_hash=name_hash(chain_key(engine.data_dir), author_key),
    )
    await record(engine, event)


async def read_journal(
    engine: Engine, viewer: Viewer | None, params: AuditParams, zone: ZoneInfo
) -> AuditPage:
    """One page, the newest first; that it was read is itself a line, written before.

    Raises `ForbiddenError`.
    """
    reader = require(viewer, Permission.AUDIT_VIEW)
    used = [name for name, _ in params.pairs()]
    await record(
        engine,
        happened(
            "audit.read",
            who=reader.name,
            for_whom=reader.lent_by(Permission.AUDIT_VIEW),
            kind=ObjectKind.AUDIT,
            changed=used,
        ),
    )
    answer = await engine.search(Index.AUDIT, query.page_body(params, reader, zone))
    return read_page(answer)


@dataclass(frozen=True)
class WalkedLines:
    total: int
    lines: list[dict[str, Any]]


async def walk(
    engine: Engine, viewer: Viewer | None, params: AuditParams, zone: ZoneInfo
) -> AsyncGenerator[WalkedLines, None]:
    """All lines that `params` finds, the newest first, as they were at one moment."""
    body = query.walk_body(params, viewer, zone, WALK_PAGE)
    pit = await engine.open_pit(Index.AUDIT)
    try:
        while True:
            held = {"id": pit, "keep_alive": PIT_KEEP_ALIVE}
            answer = await engine.search(Index.AUDIT, {**body, "pit": held})
            pit, hits = answer["pit_id"], answer["hits"]["hits"]
            total = int(answer["hits"]["total"]["value"])
            yield WalkedLines(total, [hit["_source"] for hit in hits])
            if len(hits) < WALK_PAGE:
                return
            body["search_after"] = hits[-1]["sort"]
    finally:
        await engine.close_pit(pit)
