"""Works out what a problem tells, wherever its counts lag behind its messages."""

import time
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from app.engine.client import Engine, Stored
from app.engine.names import Index
from app.errors import ConflictError, NotFoundError, OtklikError
from app.problems import query, repository
from app.problems.described import described, members_in, wants_words, with_words
from app.problems.gathering import FIELDS, VECTOR_FIELDS, arrival_of, with_gathered
from app.problems.models import Problem, ProblemState
from app.problems.phrases import key_phrases
from app.problems.scoring import founded
from app.settings import Settings
from indexers import bulk
from indexers.problems.move import carry_out
from indexers.problems.walking import every_readable

log = structlog.get_logger()

BATCH = 100
_SAMPLE = 60
"""Messages whose words are compared, of the problem and beside it."""
_EXAMPLES = 4
_TRIES = 2
"""Of one problem in one call: then it waits for the next."""
_encoder = msgspec.json.Encoder()


async def describe(engine: Engine, settings: Settings, seconds: float) -> int:
    """How many were described in about `seconds`. Safe side by side: what loses a race twice, or
    cannot be described, is left for the next call.
    """
    ends, done, missed = time.monotonic() + seconds, 0, Counter[str]()
    while time.monotonic() < ends:
        await engine.refresh(Index.CASES)
        await engine.refresh(Index.PROBLEMS)
        besides = [one for one, times in missed.items() if times == _TRIES]
        body = query.unsettled(BATCH, besides)
        hits = (await engine.search(Index.PROBLEMS, body))["hits"]["hits"]
        if not hits:
            break
        ids = {hit["_id"] for hit in hits}
        written = await _safely(engine, settings, sorted(ids))
        done += len(written)
        missed.update(ids - written)
    return done


async def lags(engine: Engine) -> bool:
    """Whether the counts of any problem lag behind its messages."""
    await engine.refresh(Index.PROBLEMS)
    return await engine.count(Index.PROBLEMS, query.unsettled(0)["query"]) > 0


async def _safely(engine: Engine, settings: Settings, ids: Sequence[str]) -> set[str]:
    """Ids that were written. One that breaks its describing keeps none of the others waiting."""
    try:
        return await _batch(engine, settings, ids)
    except OtklikError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever may stand in what is stored
        kind = type(error).__name__  # what it says may quote a text
        log.error("describing_broken", error=kind, problems=len(ids), first=ids[0])  # noqa: TRY400
    if len(ids) == 1:
        return set()
    written = set[str]()
    for one in ids:
        written |= await _safely(engine, settings, [one])
    return written


async def _batch(engine: Engine, settings: Settings, ids: Sequence[str]) -> set[str]:
    stored = await repository.get_many(engine, ids)
    problems = {name: repository.to_problem(one.source) for name, one in stored.items()}
    await _carry_out(engine, problems)
    bodies = [query.counted(name, str(settings.zone)) for name in problems]
    answers = await engine.msearch(Index.CASES, bodies)
    fresh, moved = {}, set[str]()
    for (name, problem), answer in zip(problems.items(), answers, strict=True):
        if problem.recount or members_in(answer) != problem.members:
            moved.add(name)
            problem = await _recounted(engine, problem)  # noqa: PLW2901 - the same one, mended
        kept = problem.state
        made = described(problem, answer)
        fresh[name] = replace(made, state=kept) if kept is ProblemState.MERGED else made
    await _add_words(engine, fresh, moved)
    return await _write(engine, stored, fresh)


async def _carry_out(engine: Engine, problems: dict[str, Problem]) -> None:
    """What people said comes first; what cannot be moved now is left for the next call."""
    moved = [one for one in problems.values() if not one.moved]
    for one in moved:
        try:
            problems[one.id] = await carry_out(engine, one)
        except (ConflictError, NotFoundError) as error:
            log.info("problem_waits", problem=one.id, why=error.code)
            del problems[one.id]
    if moved:
        await engine.refresh(Index.CASES)


async def _recounted(engine: Engine, problem: Problem) -> Problem:
    """Counts anew from all its messages, in the order they came."""
    now = None
    fields = (*FIELDS, *VECTOR_FIELDS)
    async for one in every_readable(
        engine, Index.CASES, lambda after: query.members(problem.id, fields, after), arrival_of
    ):
        if now is None:
            now = founded(one, problem.id)
        else:
            now.take(one)
    return problem if now is None else with_gathered(problem, now)


async def _add_words(engine: Engine, fresh: dict[str, Problem], moved: Collection[str]) -> None:
    """`moved`: whose messages were moved, so that an example may be another's by now."""
    fresh |= {name: with_words(one, [], []) for name, one in fresh.items() if not one.members}
    full = [one for one in fresh.values() if one.members]
    wanted = [one for one in full if one.id in moved or wants_words(one)]
    bodies: list[dict[str, Any]] = []
    for one in wanted:
        bodies.append(query.lemmas_of(one.id, _SAMPLE))
        bodies.append(query.lemmas_beside(one.id, one.theme or "", _SAMPLE))
        near = query.nearest_of(one.id, one.centroid, _EXAMPLES) if one.centroid else None
        bodies.append(near or query.lemmas_of(one.id, _EXAMPLES))
    if not bodies:
        return
    answers = await engine.msearch(Index.CASES, bodies)
    for place, one in enumerate(wanted):
        mine, beside, examples = answers[place * 3 : place * 3 + 3]
        phrases = key_phrases(_lemmas(mine), _lemmas(beside), one.streets)
        ids = [hit["_id"] for hit in examples["hits"]["hits"]]
        fresh[one.id] = with_words(one, phrases, ids)


def _lemmas(answer: dict[str, Any]) -> list[str]:
    return [hit["_source"].get("lemmas", "") for hit in answer["hits"]["hits"]]


async def _write(engine: Engine, stored: dict[str, Stored], fresh: dict[str, Problem]) -> set[str]:
    actions = [
        bulk.over(stored[name], _encoder.encode(replace(one, rev=one.rev + 1)))
        for name, one in fresh.items()
    ]
    outcome = await bulk.write(engine, Index.PROBLEMS, actions)
    if outcome.failures:
        log.error("problems_refused", problems=len(outcome.failures))
    return outcome.written
