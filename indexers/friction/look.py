"""A batch of cases → findings: what rules need is gathered, only what differs is written."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
import structlog
from anyio.to_thread import run_sync
from msgspec import Struct
from msgspec.structs import replace

from app.cases.models import Case
from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.friction import rules
from app.friction.answers import Asked, answer_hash, asked_of
from app.friction.models import Finding, Found, Kind, finding_id
from app.friction.query import related_cases, same_answers
from app.friction.rules import Context
from indexers import bulk

log = structlog.get_logger()

_UNUSED = frozenset({"attachments", "notes", "original", "lsh", "lemmas", "deadlines", "requests"})
FIELDS = [*(one for one in Case.__struct_fields__ if one not in _UNUSED), "problem"]
_MOST_PAGES = 5
_TRIES = 3
_encoder = msgspec.json.Encoder()
Source = Mapping[str, Any]
Wanted = dict[tuple[str, Kind], Found | None]
"""Case and kind → what the rule says now."""


class _Known(Struct):
    """Cases by id, and what the engine has of them."""

    cases: dict[str, Case]
    sources: dict[str, Source]

    def add(self, sources: Iterable[Source]) -> list[Case]:
        added = [case for source in sources if (case := _case(source))]
        self.cases.update((case.id, case) for case in added)
        return added


async def look(engine: Engine, sources: list[dict[str, Any]], context: Context) -> int:
    """Findings that were made or changed."""
    known = _Known({}, {})
    batch = _take(known, sources)
    wanted = await run_sync(_alone, batch, context)
    wanted |= await _repeats(engine, known, batch)
    wanted |= await _formal(engine, known, batch)
    return await _keep(engine, known, wanted, context)


def _take(known: _Known, sources: Iterable[Source]) -> list[Case]:
    known.sources.update((source["id"], source) for source in sources)
    return known.add([known.sources[source["id"]] for source in sources])


def _case(source: Source) -> Case | None:
    """None for one that cannot be read: it keeps none of the others waiting."""
    try:
        return msgspec.convert(source, Case)
    except msgspec.ValidationError:
        log.error("case_unreadable", case_id=source.get("id"))  # noqa: TRY400 - what it says may quote a text
        return None


def _alone(batch: Iterable[Case], context: Context) -> Wanted:
    """What one case tells by itself."""
    wanted: Wanted = {}
    for case in batch:
        wanted[case.id, Kind.LOW_MARK] = rules.low_mark(case)
        wanted[case.id, Kind.TONE] = rules.tone(case, context)
        wanted[case.id, Kind.PING_PONG] = rules.ping_pong(case)
        wanted[case.id, Kind.PROMISE] = rules.promise(case, context)
    return wanted


async def _repeats(engine: Engine, known: _Known, batch: list[Case]) -> Wanted:
    """Also of cases that came after one of the batch: it may have been answered only now.

    A repeat is gone only where all that it may repeat was read: of a case that came by its group
    or by a link its own author's cases are read, too.
    """
    own = {one.id for one in batch}
    whole = await _read_related(engine, known, batch)
    judged = dict(known.cases)
    others = [one for one in judged.values() if one.id not in own]
    all_whole = await _read_related(engine, known, others) and whole
    sure = judged.keys() if all_whole else own if whole else set[str]()
    wanted = await run_sync(_judge_repeats, judged, known.cases)
    return {one: found for one, found in wanted.items() if found or one[0] in sure}


def _judge_repeats(judged: Mapping[str, Case], read: Mapping[str, Case]) -> Wanted:
    by_author, by_root = dict[str, list[Case]](), dict[str, list[Case]]()
    for one in read.values():
        if one.author.key:
            by_author.setdefault(one.author.key, []).append(one)
        by_root.setdefault(_root(one), []).append(one)
    wanted: Wanted = {}
    for one in judged.values():
        linked = [read[link.case_id] for link in one.links if link.case_id in read]
        near = [*by_author.get(one.author.key or "", []), *by_root[_root(one)], *linked]
        wanted[one.id, Kind.REPEAT] = rules.repeat(one, {it.id: it for it in near}.values())
    return wanted


async def _read_related(engine: Engine, known: _Known, cases: Collection[Case]) -> bool:
    """By author, group and link, what is not known yet; False where there was more than is read."""
    authors = {one.author.key for one in cases if one.author.key}
    ids = {one.id for one in cases} | {_root(one) for one in cases}
    ids |= {link.case_id for one in cases for link in one.links}
    seen, after = frozenset(known.cases), None
    for _ in range(_MOST_PAGES):
        body = related_cases(authors, ids, seen, FIELDS, after)
        hits = (await engine.search(Index.CASES, body))["hits"]["hits"]
        _take(known, [hit["_source"] for hit in hits])
        if len(hits) < body["size"]:
            return True
        after = hits[-1]["_id"]
    return False


def _root(case: Case) -> str:
    return (case.duplicate and (case.duplicate.root or case.duplicate.of)) or case.id


async def _formal(engine: Engine, known: _Known, batch: list[Case]) -> Wanted:
    """Also of the others that were answered with a text of the batch: now there may be enough."""
    hashes = {one.id: answer_hash(one) for one in batch}
    await _note_answers(engine, {key: text for key, text in hashes.items() if text})
    same = await _same(engine, {text for text in hashes.values() if text})
    others = {key for ids in same.values() for key in ids} - known.cases.keys()
    read = await engine.get_many(Index.CASES, others, FIELDS)
    _take(known, [stored.source for stored in read.values()])
    ids = {*hashes, *(key for group in same.values() for key in group)}
    return await run_sync(_judge_answers, known, ids)


def _judge_answers(known: _Known, ids: Collection[str]) -> Wanted:
    cases = [known.cases[one] for one in sorted(ids) if one in known.cases]
    asked = {one.id: asked_of(one, dict(known.sources[one.id])) for one in cases}
    groups = dict[str, list[Asked]]()
    texts = {one.id: answer_hash(one) for one in cases}
    for one in cases:
        if text := texts[one.id]:
            groups.setdefault(text, []).append(asked[one.id])
    return {
        (one.id, Kind.FORMAL_ANSWER): rules.formal_answer(
            one, asked[one.id], groups.get(texts[one.id] or "", [])
        )
        for one in cases
    }


async def _note_answers(engine: Engine, hashes: Mapping[str, str]) -> None:
    """Which case was answered with which text: the engine compares no answers by itself."""
    actions = [
        bulk.BulkAction(
            "index", f"answer:{key}", _encoder.encode({"case_id": key, "answer": text, "rev": 1})
        )
        for key, text in hashes.items()
    ]
    if actions:
        await bulk.write(engine, Index.FRICTION, actions)
        await engine.refresh(Index.FRICTION)


async def _same(engine: Engine, hashes: Collection[str]) -> dict[str, list[str]]:
    if not hashes:
        return {}
    found = (await engine.search(Index.FRICTION, same_answers(hashes)))["aggregations"]
    return {
        one["key"]: [case["key"] for case in one["cases"]["buckets"]]
        for one in found["texts"]["buckets"]
    }


async def _keep(engine: Engine, known: _Known, wanted: Wanted, context: Context) -> int:
    """Written again where a person answered at the same moment: the verdict stays."""
    left, written = dict(wanted), 0
    for _ in range(_TRIES):
        ids = {finding_id(kind, key): (key, kind) for key, kind in left}
        stored = await engine.get_many(Index.FRICTION, ids)
        actions = []
        for one, (key, kind) in ids.items():
            action = _action(known, key, left[key, kind], stored.get(one), one, context)
            actions += [action] if action else []
        if not actions:
            break
        outcome = await bulk.write(engine, Index.FRICTION, actions)
        written += len(outcome.written)
        left = {ids[one]: wanted[ids[one]] for one in outcome.conflicts}
        if not left:
            break
    return written


def _action(
    known: _Known, key: str, found: Found | None, stored: Stored | None, one: str, context: Context
) -> bulk.BulkAction | None:
    before = msgspec.convert(stored.source, Finding) if stored else None
    after = _after(before, found, known, key, context)
    if after is None or after == before:
        return None
    if stored is None or before is None:
        return bulk.BulkAction("create", one, _encoder.encode(after))
    return bulk.over(stored, _encoder.encode(replace(after, rev=before.rev + 1)))


def _after(
    before: Finding | None, found: Found | None, known: _Known, key: str, context: Context
) -> Finding | None:
    """What people said of it stays, whatever the rule says now."""
    if found is None:
        return replace(before, gone=True) if before else None
    case = known.cases[key]
    fields: dict[str, Any] = {
        "at": found.at,
        "why": found.why,
        "department": found.department,
        "who": found.who,
        "others": found.others,
        "municipality": case.place.municipality,
        "holder": case.workflow.department,
        "channel": case.channel.value,
        "theme": case.classifier.im_theme,
        "gone": False,
    }
    if before:
        return replace(before, **fields)
    one = finding_id(found.kind, key)
    return Finding(id=one, kind=found.kind, case_id=key, found_at=context.now, **fields)
