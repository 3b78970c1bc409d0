"""Carries out what people said: messages of a merged problem, and those put in or taken out."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.problems import query, repository
from app.problems.models import PUT_IN, TAKEN_OUT, Claim, Problem, ProblemState
from indexers import bulk, cases

_TRIES = 4
_encoder = msgspec.json.Encoder()


async def carry_out(engine: Engine, problem: Problem) -> Problem:
    """`problem` with nothing left to be moved, still to be written; safe to do again.

    Raises `ConflictError` where others write a case all the time: it stays to be moved.
    """
    if problem.claims:
        await _claimed(engine, problem)
    if problem.state is ProblemState.MERGED:
        await _emptied(engine, problem)
        problem = replace(problem, members=0)
    return replace(problem, claims=[], moved=True, recount=True)


async def _claimed(engine: Engine, problem: Problem) -> None:
    """Of several words about one case the last one counts."""
    claims = {claim.case_id: claim for claim in problem.claims}
    left = set[str]()
    for case_id, stored in (await cases.fetch(engine, claims)).items():
        held = (stored.source.get("problem") or {}).get("id")
        if held and held != problem.id:
            left.add(held)
        await _place_one(engine, stored, problem.id, claims[case_id])
    for other in left:
        await _note_change(engine, other)


async def _place_one(engine: Engine, stored: Stored, problem_id: str, claim: Claim) -> None:
    current: Stored | None = stored
    for _ in range(_TRIES):
        if current is None:
            return
        document = _placed(current.source, problem_id, claim)
        action = bulk.over(current, _encoder.encode(document))
        if not (await bulk.write(engine, Index.CASES, [action])).conflicts:
            return
        current = (await cases.fetch(engine, [stored.id])).get(stored.id)
    raise ConflictError("Обращение как раз меняют: перенос продолжится сам.")


def _placed(source: Mapping[str, Any], problem_id: str, claim: Claim) -> dict[str, Any]:
    """The case with the claim in it and in its history; as it is where that was done before."""
    history = source.get("history") or []
    what = TAKEN_OUT if claim.out else PUT_IN
    at = claim.at.isoformat()
    if any(event["what"] == what and event["at"] == at for event in history):
        return dict(source)
    event = {"seq": len(history) + 1, "at": at, "what": what, "by": claim.by, "to": problem_id}
    placed = {"score": 0.0 if claim.out else 1.0, "pinned": True, "why": [_why(claim)]}
    return {
        **source,
        "problem": placed if claim.out else {"id": problem_id, **placed},
        "history": [*history, event],
        "audit_due": True,
        "rev": source["rev"] + 1,
        "updated_at": datetime.now(UTC).isoformat(),
    }


def _why(claim: Claim) -> str:
    return f"{'вынуто' if claim.out else 'отнесено'} человеком: {claim.by}"


async def _emptied(engine: Engine, merged: Problem) -> None:
    survivor = await repository.survivor(engine, merged.id)
    await engine.refresh(Index.CASES)  # what was put into it just now goes along
    while ids := await _members(engine, merged.id):
        await _put_over(engine, ids, merged.id, survivor.id)
        await engine.refresh(Index.CASES)
    await _note_change(engine, survivor.id)


async def _note_change(engine: Engine, problem_id: str) -> None:
    """Its messages are others now: to be counted anew."""
    await repository.change(
        engine, problem_id, lambda one: replace(one, settled=False, recount=True), refresh=True
    )


async def _members(engine: Engine, problem_id: str) -> list[str]:
    body = query.members(problem_id, ["id"])
    return [hit["_id"] for hit in (await engine.search(Index.CASES, body))["hits"]["hits"]]


async def _put_over(engine: Engine, ids: Collection[str], gone: str, stays: str) -> None:
    """What a person pinned stays pinned."""
    left = set(ids)
    for _ in range(_TRIES):
        actions = []
        for one in (await cases.fetch(engine, left)).values():
            held = one.source.get("problem") or {}
            if held.get("id") == gone:
                moved = {"problem": {**held, "id": stays}, "rev": one.source["rev"] + 1}
                actions.append(bulk.over(one, _encoder.encode(one.source | moved)))
        left = (await bulk.write(engine, Index.CASES, actions)).conflicts
        if not left:
            return
    raise ConflictError("Обращения этой проблемы как раз меняют: объединение продолжится само.")
