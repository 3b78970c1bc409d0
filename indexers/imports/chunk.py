"""Writes one chunk of prepared rows: each row ends as created, updated, unchanged or rejected."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

from app.cases.derived import case_number
from app.deadlines.current import current_deadlines
from app.engine.client import Engine, Stored
from app.engine.counters import CASE_NUMBERS, take_block
from app.engine.names import Index
from app.errors import ConflictError
from app.intake.models import Counts, Rejection
from indexers import bulk, cases
from indexers.imports.merge import (
    Marks,
    Outcome,
    changed_case,
    new_case,
    seen_before,
)
from indexers.imports.prepare import Prepared
from indexers.imports.source import PreparedChunk

_TRIES = 5
_encoder = msgspec.json.Encoder()


class Draft(Struct):
    """A case as it will be written; rows of one case in one chunk end in one write."""

    document: dict[str, Any] | None = None
    read: Stored | None = None
    changed: bool = False
    rows: list[tuple[Prepared, Outcome]] = field(default_factory=list)


class ChunkResult(Struct):
    counts: Counts
    rejections: list[Rejection]


class ChunkWriter:
    """Bound to one import; called with its chunks in order."""

    def __init__(self, engine: Engine, *, import_id: str, profile: str, zone: ZoneInfo) -> None:
        self._engine = engine
        self._import_id = import_id
        self._profile = profile
        self._zone = zone

    async def write(self, chunk: PreparedChunk) -> ChunkResult:
        """Safe to repeat: what an interrupted run wrote is recognised by its history events."""
        rejections = list(chunk.rejections)
        left = chunk.prepared
        counts = Counts(rows=chunk.rows, rejected=len(rejections))
        for _ in range(_TRIES):
            drafts = await self._decide(left)
            outcome = await self._put(drafts)
            counts = counts.plus(_count(drafts, outcome))
            rejections += _failed(drafts, outcome)
            left = [row for row in left if row.id in outcome.conflicts]
            if not left:
                rejections.sort(key=lambda rejection: rejection.row)
                return ChunkResult(counts, rejections)
        raise ConflictError("Те же обращения сейчас загружает кто-то ещё. Повторите позже.")

    async def _decide(self, rows: Sequence[Prepared]) -> dict[str, Draft]:
        """Drafts by case id. Only cases whose row changed are read whole."""
        ids = dict.fromkeys(row.id for row in rows)  # numbers are given in the order of the rows
        known = await cases.fetch(self._engine, ids, ("source.fingerprint", "history"))
        changed = {row.id for row in rows if self._is_news(row, known.get(row.id))} & known.keys()
        whole = await cases.fetch(self._engine, changed)
        drafts = {case: Draft() for case in ids}
        for case, read in (known | whole).items():
            drafts[case] = Draft(read.source, read)
        now, book = datetime.now(UTC), await current_deadlines(self._engine)
        marks = Marks(self._import_id, self._profile, now, book)
        for row in rows:
            self._apply(drafts[row.id], row, marks)
        return drafts

    def _is_news(self, row: Prepared, read: Stored | None) -> bool:
        if read is None:
            return True
        if seen_before(read.source, self._import_id, row.row):
            return False
        return bool(read.source["source"].get("fingerprint") != row.fingerprint)

    def _apply(self, draft: Draft, row: Prepared, marks: Marks) -> None:
        if draft.document is None:
            # the number is given when the block is taken, just before the write
            draft.document = new_case(row, marks, number="")
            outcome = Outcome.CREATED
        elif before := seen_before(draft.document, self._import_id, row.row):
            draft.rows.append((row, before))
            return
        elif draft.document["source"].get("fingerprint") == row.fingerprint:
            draft.rows.append((row, Outcome.UNCHANGED))
            return
        else:
            draft.document = changed_case(draft.document, row, marks)
            outcome = Outcome.UPDATED
        draft.changed = True
        draft.rows.append((row, outcome))

    async def _put(self, drafts: dict[str, Draft]) -> bulk.BulkOutcome:
        created = [draft for draft in drafts.values() if draft.changed and draft.read is None]
        if created:
            block = await take_block(self._engine, CASE_NUMBERS, len(created))
            for sequence, draft in zip(block, created, strict=True):
                received = draft.rows[0][0].input.received_at
                if draft.document is not None:
                    draft.document["number"] = case_number(received, self._zone, sequence)
        actions = [_action(case, draft) for case, draft in drafts.items() if draft.changed]
        return await bulk.write(self._engine, Index.CASES, actions)


def _action(case: str, draft: Draft) -> bulk.BulkAction:
    body = _encoder.encode(draft.document)
    if draft.read is None:
        return bulk.BulkAction("create", case, body)
    return bulk.over(draft.read, body)


def _count(drafts: dict[str, Draft], outcome: bulk.BulkOutcome) -> Counts:
    totals = dict.fromkeys(Outcome, 0)
    rejected = 0
    for case, draft in drafts.items():
        if case in outcome.conflicts:
            continue
        if case in outcome.failures:
            rejected += len(draft.rows)
            continue
        for _, kind in draft.rows:
            totals[kind] += 1
    return Counts(
        created=totals[Outcome.CREATED],
        updated=totals[Outcome.UPDATED],
        unchanged=totals[Outcome.UNCHANGED],
        rejected=rejected,
    )


def _failed(drafts: dict[str, Draft], outcome: bulk.BulkOutcome) -> list[Rejection]:
    return [
        Rejection(
            row.row,
            "",
            f"поисковая система не приняла запись ({failure.type})",
            [str(cell) for cell in row.original.values()],
        )
        for case, failure in outcome.failures.items()
        for row, _ in drafts[case].rows
    ]
