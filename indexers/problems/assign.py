"""Gives messages to problems, in the order they came: found by a query, safe to do again.

Problems are written first and say so (`settled` false), then the messages. Whatever breaks between
the two leaves a problem that counts too many: describing it counts anew.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.meaning.waiting import underived
from app.problems import query, repository
from app.problems.book import load_windows
from app.problems.gathering import arrival_of, with_gathered
from app.problems.models import LIVING, Problem, ProblemState
from app.problems.register import Decision, Register
from app.problems.scoring import Arrival
from app.problems.telling import why_of
from indexers import bulk, cases
from indexers.problems.surroundings import Surroundings

log = structlog.get_logger()

BATCH = 500
_TRIES = 4
_PATIENCE = timedelta(minutes=30)
"""How long a message waits for its vector: then place and theme decide."""
_MOST_BEHIND = 1_000
"""Cases still to be enriched, newest first, before which the older ones would come too late."""
_encoder = msgspec.json.Encoder()


class Assigned(Struct):
    """Of one call."""

    joined: int = 0
    founded: int = 0
    alone: int = 0
    lost: int = 0
    """Written by others each time: they wait for the next call."""
    left: bool = False


async def assign(engine: Engine, seconds: float, batch: int = BATCH) -> Assigned:
    """Works for about `seconds`. One at a time per installation: two would not see each other."""
    ends, told, besides = time.monotonic() + seconds, Assigned(), set[str]()
    if await engine.count(Index.CASES, underived()) > _MOST_BEHIND:
        return told
    windows = (await load_windows(engine)).windows
    around = Surroundings(engine, windows)
    while ids := await _next(engine, batch, besides):
        if time.monotonic() >= ends:
            told.left = True
            break
        if waits := await _batch(engine, around, ids, told):
            besides |= waits
            around = Surroundings(engine, windows)  # others wrote: what is known is out of date
    return told


async def _next(engine: Engine, size: int, besides: set[str]) -> list[str]:
    await engine.refresh(Index.CASES)
    since = datetime.now(UTC) - _PATIENCE if engine.encoder_dir else None
    body = query.waiting(size, since, besides)
    return [hit["_id"] for hit in (await engine.search(Index.CASES, body))["hits"]["hits"]]


async def _batch(
    engine: Engine, around: Surroundings, ids: Sequence[str], told: Assigned
) -> set[str]:
    """Ids that are to be left for the next call."""
    read = await cases.fetch(engine, ids)
    arrivals = sorted((arrival_of(one.source) for one in read.values()), key=_order)
    await around.cover(arrivals)
    decisions = {one.id: around.register.assign(one) for one in arrivals}
    refused = await _write_problems(engine, around.register, decisions)
    kept = {one: made for one, made in decisions.items() if made.problem not in refused}
    lost = await _write_cases(engine, read, _changes(kept))
    _count(told, kept, lost)
    return (set(decisions) - set(kept)) | lost


def _order(one: Arrival) -> tuple[datetime, str]:
    return one.at, one.id


def _changes(decisions: Mapping[str, Decision]) -> dict[str, dict[str, Any]]:
    """Case → what is written into its `problem`; founders among them."""
    changes: dict[str, dict[str, Any]] = {}
    for case_id, made in decisions.items():
        if made.problem is None or made.score is None:
            changes.setdefault(case_id, {"score": 0.0})
            continue
        changes[case_id] = {
            "id": made.problem,
            "score": made.score.whole,
            "why": why_of(made.score),
        }
        if made.founder:
            changes[made.founder] = {"id": made.problem, "score": 1.0, "why": ["С него началась."]}
    return changes


async def _write_problems(
    engine: Engine, register: Register, decisions: Mapping[str, Decision]
) -> set[str]:
    """Ids of problems that others wrote or merged meanwhile: nothing joins them in this batch."""
    touched = {made.problem for made in decisions.values() if made.problem}
    known = await repository.get_many(engine, touched)
    gone = {name for name, read in known.items() if not _takes_in(read)}
    actions = []
    for name in sorted(touched - gone):
        read = known.get(name)
        document = _encoder.encode(_grown(register, name, read))
        actions.append(
            bulk.over(read, document) if read else bulk.BulkAction("create", name, document)
        )
    outcome = await bulk.write(engine, Index.PROBLEMS, actions)
    if outcome.failures:
        log.error("problems_refused", problems=len(outcome.failures))
    return gone | outcome.conflicts | outcome.failures.keys()


def _takes_in(read: Stored) -> bool:
    return read.source["state"] in LIVING or read.source["state"] == ProblemState.EMPTY


def _grown(register: Register, name: str, read: Stored | None) -> Problem:
    """One that was emptied, or of which only the document was written, begins anew."""
    now = register.problems[name]
    if read is None:
        fresh = Problem(id=name, created_at=datetime.now(UTC), founder=now.founder)
        return with_gathered(fresh, now)
    before = repository.to_problem(read.source)
    grown = with_gathered(before, now)
    state = ProblemState.NEW if before.state is ProblemState.EMPTY else before.state
    return msgspec.structs.replace(grown, rev=before.rev + 1, state=state)


async def _write_cases(
    engine: Engine, read: Mapping[str, Stored], changes: Mapping[str, dict[str, Any]]
) -> set[str]:
    """Ids that others wrote each time. Whom a person has placed meanwhile stays there."""
    left, known = dict(changes), dict(read)
    for _ in range(_TRIES):
        missing = left.keys() - known.keys()
        known |= await cases.fetch(engine, missing)
        actions = []
        for case_id, placed in left.items():
            if (stored := known.get(case_id)) and not _is_placed(stored):
                document = stored.source | {"problem": placed, "rev": stored.source["rev"] + 1}
                actions.append(bulk.over(stored, _encoder.encode(document)))
        outcome = await bulk.write(engine, Index.CASES, actions)
        left = {one: left[one] for one in outcome.conflicts}
        known = {}
        if not left:
            break
    return set(left)


def _is_placed(stored: Stored) -> bool:
    problem = stored.source.get("problem") or {}
    return bool(problem.get("id") or problem.get("pinned"))


def _count(told: Assigned, decisions: Mapping[str, Decision], lost: set[str]) -> None:
    for case_id, made in decisions.items():
        if case_id in lost:
            told.lost += 1
        elif made.problem is None:
            told.alone += 1
        else:
            told.joined += 1
            told.founded += made.founder is not None
