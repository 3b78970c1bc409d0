"""Writes what was decided of messages: into the problems first, then into the messages."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.problems import repository
from app.problems.gathering import with_gathered
from app.problems.models import LIVING, Problem, ProblemState
from app.problems.register import Decision, Register
from app.problems.telling import why_of
from indexers import bulk, cases
from indexers.enrichment.failures import BROKEN, refused

log = structlog.get_logger()

_TRIES = 4
_encoder = msgspec.json.Encoder()

Places = dict[str, dict[str, Any]]
"""Case → what is written into its `problem`."""


def placed(decisions: Mapping[str, Decision]) -> Places:
    """In the order of `decisions`, a founder before the message it founds a problem with: a message
    is never in a problem whose first one is not.
    """
    changes: Places = {}
    for case_id, made in decisions.items():
        if made.problem is None or made.score is None:
            changes[case_id] = {"score": 0.0}
            continue
        if made.founder:
            changes[made.founder] = {"id": made.problem, "score": 1.0, "why": ["С него началась."]}
        joined = {"score": made.score.whole, "why": why_of(made.score)}
        changes[case_id] = {"id": made.problem, **joined}
    return changes


async def write_problems(
    engine: Engine, register: Register, decisions: Mapping[str, Decision]
) -> tuple[set[str], dict[str, str]]:
    """Ids of problems that others wrote or merged meanwhile, and of those the engine refuses, with
    why: nothing joins them in this batch.
    """
    more = _more(decisions)
    known = await repository.get_many(engine, more)
    raced = {name for name, read in known.items() if not _takes_in(read)}
    failed: dict[str, str] = {}
    actions = []
    for name in sorted(more.keys() - raced):
        read = known.get(name)
        try:
            document = _encoder.encode(_grown(register, name, read, more[name]))
        except Exception as error:  # noqa: BLE001 - whatever may stand in what is stored
            log.error("problem_unreadable", problem=name, error=type(error).__name__)  # noqa: TRY400
            failed[name] = BROKEN
            continue
        made = bulk.BulkAction("create", name, document)
        actions.append(bulk.over(read, document) if read else made)
    outcome = await bulk.write(engine, Index.PROBLEMS, actions)
    failed |= {name: refused(failure) for name, failure in outcome.failures.items()}
    if failed:
        log.error("problems_refused", problems=len(failed))
    return raced | outcome.conflicts, failed


def _more(decisions: Mapping[str, Decision]) -> Counter[str]:
    """Problem → how many messages the batch adds to it."""
    return Counter(
        made.problem
        for made in decisions.values()
        if made.problem
        for _ in range(2 if made.founder else 1)
    )


def _takes_in(read: Stored) -> bool:
    state = read.source.get("state")
    return state in LIVING or state == ProblemState.EMPTY


def _grown(register: Register, name: str, read: Stored | None, more: int) -> Problem:
    """One that was emptied, or of which only the document was written, begins anew. One that holds
    other messages than were known here is to be counted anew.
    """
    now = register.problems[name]
    if read is None:
        fresh = Problem(id=name, created_at=datetime.now(UTC), founder=now.founder)
        return with_gathered(fresh, now)
    before = repository.to_problem(read.source)
    grown = with_gathered(before, now)
    empty = before.state is ProblemState.EMPTY
    return msgspec.structs.replace(
        grown,
        rev=before.rev + 1,
        state=ProblemState.NEW if empty else before.state,
        recount=before.recount or before.members + more != now.members,
    )


async def write_cases(
    engine: Engine, read: Mapping[str, Stored], changes: Places
) -> tuple[set[str], dict[str, str]]:
    """Ids that others wrote each time, and why of those the engine refuses. Whom a person has
    placed meanwhile stays there.
    """
    left, known = dict(changes), dict(read)
    failed: dict[str, str] = {}
    for _ in range(_TRIES):
        known |= await cases.fetch(engine, left.keys() - known.keys())
        actions = [
            _action(known[case_id], problem)
            for case_id, problem in left.items()
            if case_id in known and not _is_placed(known[case_id])
        ]
        outcome = await bulk.write(engine, Index.CASES, actions, in_order=True)
        failed |= {one: refused(failure) for one, failure in outcome.failures.items()}
        left = {one: problem for one, problem in left.items() if one in outcome.conflicts}
        known = {}
        if not left:
            break
    return set(left), failed


def _action(stored: Stored, problem: Mapping[str, Any]) -> bulk.BulkAction:
    document = stored.source | {"problem": problem, "rev": stored.source.get("rev", 0) + 1}
    return bulk.over(stored, _encoder.encode(document))


def _is_placed(stored: Stored) -> bool:
    problem = stored.source.get("problem") or {}
    return bool(problem.get("id") or problem.get("pinned"))
