"""Cases by id and by number, and the one way to change one."""

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from app.cases.models import Case
from app.engine import writer
from app.engine.access import access_clause
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.viewer import Viewer

_TRIES = 40
_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE = 0.5
_FIELDS = tuple(name for name in Case.__struct_fields__ if name not in {"id", "audit_seq"})

Decide = Callable[[Case], Case | None]
"""The case as it is → as it shall be; None where nothing is to be written. Called again with the
newer case when a write lost a race, so it must depend on nothing else."""


def to_case(source: Mapping[str, Any]) -> Case:
    """The document as the model has it; fields only the engine needs are left out."""
    return msgspec.convert(source, Case)


async def case_by_id(engine: Engine, case_id: str) -> Case | None:
    """The current document, also when search does not see it yet. The caller checks the scope."""
    stored = await engine.get(Index.CASES, case_id)
    return to_case(stored.source) if stored else None


async def id_by_number(engine: Engine, number: str, viewer: Viewer | None) -> str | None:
    """Id of the case with our `number`, if `viewer` may see it."""
    query = {"bool": {"filter": [access_clause(viewer), {"term": {"number": number}}]}}
    body = {"query": query, "size": 1, "_source": ["id"], "sort": [{"id": "asc"}]}
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return str(hits[0]["_source"]["id"]) if hits else None


async def cases_naming(
    engine: Engine, viewer: Viewer | None, case_id: str
) -> tuple[tuple[str, str], ...]:
    """Ids and numbers of the newest twenty that link to `case_id` and that `viewer` may see."""
    linked = {"term": {"links.case_id": case_id}}
    body = {
        "query": {"bool": {"filter": [access_clause(viewer), linked]}},
        "size": 20,
        "_source": ["id", "number"],
        "sort": [{"received_at": "desc"}, {"id": "asc"}],
    }
    hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
    return tuple((hit["_source"]["id"], hit["_source"]["number"]) for hit in hits)


async def change(
    engine: Engine, case_id: str, decide: Decide, *, refresh: Callable[[], bool]
) -> Case | None:
    """Reads, decides and writes by compare-and-set until no other write came in between.

    `decide` refuses by raising, also where the newer version is not what the person saw; a write
    of a machine in between only makes it repeat. None where there is no such case.
    """
    for attempt in range(_TRIES):
        stored = await engine.get(Index.CASES, case_id)
        if stored is None:
            return None
        before = to_case(stored.source)
        after = decide(before)
        if after is None:
            return before
        try:
            document = document_of(stored, before, after)
            await writer.replace(engine, stored, document, refresh=refresh())
        except ConflictError:
            longest = min(_PAUSE_SECONDS * 2**attempt, _LONGEST_PAUSE)
            await asyncio.sleep(random.uniform(0, longest))  # noqa: S311 - only spreads the tries
        else:
            return after
    raise ConflictError(
        "Обращение сейчас меняют слишком часто. Введённое не потеряно, повторите через минуту."
    )


def document_of(stored: Stored, before: Case, after: Case) -> dict[str, Any]:
    """The stored document with what differs put in: fields the model does not know stay as they
    are (vectors, signatures, suggestions), and so does `audit_seq`, which only the audit moves.
    """
    document = dict(stored.source)
    written: dict[str, Any] = msgspec.to_builtins(after)
    for name in _FIELDS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            _put(document, name, written.get(name), new)
    return document


def _put(document: dict[str, Any], name: str, value: Any, typed: Any) -> None:
    kept = document.get(name)
    if isinstance(kept, dict) and isinstance(typed, msgspec.Struct):
        known = type(typed).__struct_fields__
        unknown = {key: one for key, one in kept.items() if key not in known}
        value = {**unknown, **(value or {})}
    if value is None:
        document.pop(name, None)
    else:
        document[name] = value


async def page_of_ids(
    engine: Engine, query: Mapping[str, Any], *, size: int, after: list[Any] | None = None
) -> list[str]:
    """Ids in a steady order; `after` is the last id of the page before."""
    body: dict[str, Any] = {
        "query": dict(query),
        "size": size,
        "_source": False,
        "sort": [{"id": "asc"}],
        **({"search_after": after} if after else {}),
    }
    return [hit["_id"] for hit in (await engine.search(Index.CASES, body))["hits"]["hits"]]
