"""Carries out what people said: messages of a merged problem, those put in or taken out, splits."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError
from app.problems import query, repository
from app.problems.gathering import moment
from app.problems.models import PUT_IN, TAKEN_OUT, Claim, Problem, ProblemState
from app.problems.splitting import parts_of
from indexers import bulk, cases

log = structlog.get_logger()

_TRIES = 4
_REFUSED = "Поисковая система не принимает некоторые обращения: перенос продолжится сам."
_SAID = frozenset({PUT_IN, TAKEN_OUT})
_encoder = msgspec.json.Encoder()


async def carry_out(engine: Engine, problem: Problem) -> Problem:
    """`problem` with nothing left to be moved, still to be written; safe to do again.

    Raises `ConflictError` where others write a case all the time, or the engine refuses one: all
    others are moved, and it stays to be moved.
    """
    await _parted(engine, problem)
    if problem.claims:
        await _claimed(engine, problem)
    if problem.state is ProblemState.MERGED:
        await _emptied(engine, problem)
        problem = replace(problem, members=0)
    return replace(problem, claims=[], moved=True, recount=True)


async def _parted(engine: Engine, whole: Problem) -> None:
    """Whoever split it may have died before the part was made."""
    parts = parts_of(whole)
    known = await repository.get_many(engine, parts)
    for name in parts.keys() - known.keys():
        await repository.create_once(engine, parts[name])


async def _claimed(engine: Engine, problem: Problem) -> None:
    """Of several words about one case the last one counts."""
    claims = {claim.case_id: claim for claim in problem.claims}
    left, waits = set[str](), list[ConflictError]()
    for case_id, stored in (await cases.fetch(engine, claims)).items():
        held = (stored.source.get("problem") or {}).get("id")
        try:
            moved = await _place_one(engine, stored, problem.id, claims[case_id])
        except ConflictError as error:
            waits.append(error)
            continue
        if moved and held and held != problem.id:
            left.add(held)
    for other in left:
        await _note_change(engine, other)
    if waits:
        raise waits[0]


async def _place_one(engine: Engine, stored: Stored, problem_id: str, claim: Claim) -> bool:
    """Whether there was anything to write."""
    current: Stored | None = stored
    for _ in range(_TRIES):
        if current is None:
            return False
        document = _placed(current.source, problem_id, claim)
        if document is None:
            return False
        action = bulk.over(current, _encoder.encode(document))
        outcome = await bulk.write(engine, Index.CASES, [action])
        _must_be_taken(outcome.failures, problem_id)
        if not outcome.conflicts:
            return True
        current = (await cases.fetch(engine, [stored.id])).get(stored.id)
    raise ConflictError("Обращение как раз меняют: перенос продолжится сам.")


def _must_be_taken(refused: Collection[str], problem_id: str) -> None:
    if refused:
        log.error("cases_not_moved", problem=problem_id, cases=len(refused))
        raise ConflictError(_REFUSED)


def _placed(source: Mapping[str, Any], problem_id: str, claim: Claim) -> dict[str, Any] | None:
    """The case with the claim in it and in its history; None where that was done before, or where
    a person has said something else since, of this problem or of another.
    """
    history = source.get("history") or []
    what = TAKEN_OUT if claim.out else PUT_IN
    said = [(moment(one["at"]), one["what"]) for one in history if one["what"] in _SAID]
    if any(at > claim.at or (at, was) == (claim.at, what) for at, was in said):
        return None
    at = claim.at.isoformat()
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
    """Round by round, until there is none left or a round moves none."""
    survivor = await repository.survivor(engine, merged.id)
    await engine.refresh(Index.CASES)  # what was put into it just now goes along
    moved, refused = False, set[str]()
    while ids := set(await _members(engine, merged.id)):
        refused = await _put_over(engine, ids, merged.id, survivor.id)
        if ids == refused:
            break
        moved = True
        await engine.refresh(Index.CASES)
    if moved or not ids:
        await _note_change(engine, survivor.id)
    _must_be_taken(refused & ids, merged.id)


async def _note_change(engine: Engine, problem_id: str) -> None:
    """Its messages are others now: to be counted anew."""
    await repository.change(
        engine, problem_id, lambda one: replace(one, settled=False, recount=True), refresh=True
    )


async def _members(engine: Engine, problem_id: str) -> list[str]:
    body = query.members(problem_id, ["id"])
    return [hit["_id"] for hit in (await engine.search(Index.CASES, body))["hits"]["hits"]]


async def _put_over(engine: Engine, ids: Collection[str], gone: str, stays: str) -> set[str]:
    """What a person pinned stays pinned. Ids of those that the engine refuses."""
    left, refused = set(ids), set[str]()
    for _ in range(_TRIES):
        actions = []
        for one in (await cases.fetch(engine, left)).values():
            held = one.source.get("problem") or {}
            if held.get("id") == gone:
                moved = {"problem": {**held, "id": stays}, "rev": one.source["rev"] + 1}
                actions.append(bulk.over(one, _encoder.encode(one.source | moved)))
        outcome = await bulk.write(engine, Index.CASES, actions)
        refused |= outcome.failures.keys()
        left = outcome.conflicts
        if not left:
            return refused
    raise ConflictError("Обращения этой проблемы как раз меняют: объединение продолжится само.")
