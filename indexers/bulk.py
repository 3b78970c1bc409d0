"""Bulk writes whose every item is read: written, lost a race, or failed with a reason."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
import structlog
from msgspec import Struct, field

from app.engine.client import Engine, Stored, translated_errors
from app.engine.names import Index
from app.engine.seal import is_sealed, wait_until_open
from app.errors import EngineUnavailableError

log = structlog.get_logger()

_TRIES = 6
_FIRST_PAUSE_SECONDS = 0.5
_MAX_BYTES = 8 * 1024 * 1024
_MAX_ACTIONS = 350
"""A request is indexed by one thread of the engine, so a chunk of 1,000 goes as three at once."""
_REJECTED = 429
_CONFLICT = 409
_OK = 300


class BulkAction(Struct, frozen=True):
    """`body` is the encoded document, empty for `delete`; `seq_no` and `primary_term`, of what was
    read, go with `index` and must go with `delete`.
    """

    op: Literal["create", "index", "delete"]
    id: str
    body: bytes
    seq_no: int | None = None
    primary_term: int | None = None
    place: str | None = None
    """The index itself, where the alias will not do: the one that was read, or a new one."""
    version: int | None = None
    """Written only where nothing of a higher version lies (`external_gte`)."""
    is_alias: bool = False
    """`place` must be an alias: the engine then never makes an index by guess."""


def over(read: Stored, body: bytes) -> BulkAction:
    """`body` in place of what was read, where nobody has written since; into the very index it was
    read from.
    """
    return BulkAction("index", read.id, body, read.seq_no, read.primary_term, place=read.place)


class BulkFailure(Struct, frozen=True):
    id: str
    status: int
    type: str
    reason: str
    """The engine's English words: for the log and the administrator."""


class BulkOutcome(Struct):
    written: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)
    """Somebody else created or changed these first: read them again and decide anew."""
    failures: dict[str, BulkFailure] = field(default_factory=dict)


async def write(
    engine: Engine, index: Index, actions: Sequence[BulkAction], *, in_order: bool = False
) -> BulkOutcome:
    """Writes all actions; ids within one call must differ.

    `in_order`: one request after the other, so a process that dies leaves the first of them.

    An engine that is silent or overloaded is tried again for about half a minute, then
    `EngineUnavailableError`: what was written by then stays and is found by the next try.
    """
    outcome = BulkOutcome()
    parts = list(_parts(actions))
    if in_order:
        for part in parts:
            await _write_part(engine, index, part, outcome)
    else:
        await _together(engine, index, parts, outcome)
    if outcome.failures:
        log.warning("bulk_failures", index=index, count=len(outcome.failures))
    return outcome


async def _together(
    engine: Engine, index: Index, parts: Sequence[Sequence[BulkAction]], outcome: BulkOutcome
) -> None:
    writes = [_write_part(engine, index, part, outcome) for part in parts]
    for result in await asyncio.gather(*writes, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result


async def _write_part(
    engine: Engine, index: Index, actions: Sequence[BulkAction], outcome: BulkOutcome
) -> None:
    left = actions
    for attempt in range(_TRIES):
        left = await _try(engine, index, left, outcome, last=attempt == _TRIES - 1)
        if not left:
            return
        await asyncio.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
    raise EngineUnavailableError("Поисковая система перегружена. Повторите позже.")


async def _try(
    engine: Engine,
    index: Index,
    actions: Sequence[BulkAction],
    outcome: BulkOutcome,
    *,
    last: bool,
) -> list[BulkAction]:
    """One request; returns what should be tried again."""
    try:
        async with translated_errors():
            answer = await engine.client.bulk(
                index=engine.write_alias(index), operations=list[Any](_lines(actions))
            )
    except EngineUnavailableError:
        if last:
            raise
        return list(actions)
    again = []
    sealed = False
    for action, item in zip(actions, answer["items"], strict=True):
        result = item[action.op]
        sealed |= is_sealed(result)
        if _sort_out(action, result, outcome) == _REJECTED:
            again.append(action)
    if sealed:
        await wait_until_open(engine, index)
    return again


def _sort_out(action: BulkAction, result: Mapping[str, Any], outcome: BulkOutcome) -> int:
    status = int(result["status"])
    if is_sealed(result):
        if action.seq_no is None:
            return _REJECTED  # waits and tries again
        status = _CONFLICT  # what was read now lies in another index: read it there
    if status < _OK:
        outcome.written.add(action.id)
    elif status == _CONFLICT:
        outcome.conflicts.add(action.id)
    elif status != _REJECTED:
        error = result["error"]
        reason = str((error.get("caused_by") or error).get("reason", ""))[:300]
        outcome.failures[action.id] = BulkFailure(action.id, status, error["type"], reason)
    return status


def _lines(actions: Sequence[BulkAction]) -> Iterator[bytes]:
    for action in actions:
        meta: dict[str, Any] = {"_id": action.id}
        if action.seq_no is not None:
            meta |= {"if_seq_no": action.seq_no, "if_primary_term": action.primary_term}
        if action.place:
            meta["_index"] = action.place
        if action.is_alias:
            meta["require_alias"] = True
        if action.version is not None:
            meta |= {"version": action.version, "version_type": "external_gte"}
        yield msgspec.json.encode({action.op: meta})
        if action.op != "delete":
            yield action.body


def _parts(actions: Sequence[BulkAction]) -> Iterator[list[BulkAction]]:
    part: list[BulkAction] = []
    size = 0
    for action in actions:
        if part and (size + len(action.body) > _MAX_BYTES or len(part) == _MAX_ACTIONS):
            yield part
            part, size = [], 0
        part.append(action)
        size += len(action.body)
    if part:
        yield part
