"""Each night: merges what is clearly one, and finds problems whose counts went astray, or whose
vectors are of another mean or another model than those of their messages.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from msgspec.structs import replace

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError, EncoderError
from app.meaning.service import current_meaning
from app.problems import query, repository
from app.problems.book import load_windows
from app.problems.merging import Merge, clear_merges
from app.problems.models import LIVING, MACHINE, Act, Problem, ProblemState
from indexers.problems.walking import every_hit, every_readable

log = structlog.get_logger()

NEW_DAYS = 14
"""For how long a problem is called new."""


async def tidy(engine: Engine, now: datetime | None = None) -> int:
    """How many were merged. Safe to repeat: the counting and the moving are done by describing."""
    now = now or datetime.now(UTC)
    await engine.refresh(Index.PROBLEMS)
    book = await load_windows(engine)
    since = now - 2 * book.windows.longest
    recent = await _problems(engine, since)
    merges = clear_merges(recent, book.grace)
    merged = sum([await _merge(engine, merge, now) for merge in merges])
    await _age(engine, recent, now)
    astray = await _astray(engine, recent) + await _left_behind(engine, since)
    outdated = await _outdated(engine)
    log.info("problems_tidied", merged=merged, astray=astray, outdated=outdated)
    return merged


async def _problems(engine: Engine, since: datetime) -> list[Problem]:
    return [
        one
        async for one in every_readable(
            engine,
            Index.PROBLEMS,
            lambda after: query.living_since(since, after),
            repository.to_problem,
        )
    ]


async def _merge(engine: Engine, merge: Merge, now: datetime) -> bool:
    """Whatever a person did to either meanwhile comes first."""
    about = {"into": merge.stays, "cosine": round(merge.cosine, 3)}

    def go(one: Problem, other: Problem) -> Problem:
        living = one.state in LIVING and other.state in LIVING
        apart = merge.stays in one.apart or merge.gone in other.apart
        if one.is_touched or not living or apart:
            return one
        act = Act(now, MACHINE, "merged", about)
        return replace(
            one,
            state=ProblemState.MERGED,
            merged_into=merge.stays,
            moved=False,
            growing=False,
            acts=[*one.acts, act],
        )

    try:
        gone = await repository.tie(engine, merge.gone, merge.stays, go)
    except ConflictError:
        return False  # they are being written: the next night looks again
    if gone.merged_into != merge.stays:
        return False
    act = Act(now, MACHINE, "took_in", {"from": merge.gone, "messages": gone.members})
    await repository.change(
        engine, merge.stays, lambda one: replace(one, acts=[*one.acts, act]), refresh=True
    )
    return True


async def _age(engine: Engine, problems: list[Problem], now: datetime) -> None:
    until = now - timedelta(days=NEW_DAYS)
    for one in problems:
        if one.state is ProblemState.NEW and (one.first_at or one.created_at) < until:
            await repository.change(engine, one.id, _known)


def _known(one: Problem) -> Problem:
    return replace(one, state=ProblemState.KNOWN) if one.state is ProblemState.NEW else one


async def _astray(engine: Engine, problems: list[Problem]) -> int:
    """Problems whose messages are more or fewer than they say: a crash between two writes."""
    counted = 0
    for start in range(0, len(problems), query.PAGE):
        part = problems[start : start + query.PAGE]
        sizes = await _sizes(engine, [one.id for one in part])
        for one in part:
            if one.settled and sizes.get(one.id, 0) != one.members:
                counted += await _noted(engine, one.id)
    return counted


def _unsettled(one: Problem) -> Problem:
    moved = one.moved and one.state is not ProblemState.MERGED
    return replace(one, settled=False, recount=True, moved=moved)


async def _left_behind(engine: Engine, since: datetime) -> int:
    """Problems that say they are empty and are not: given a message by one process while another
    emptied them.
    """
    empty = [
        hit["_id"]
        async for hit in every_hit(
            engine, Index.PROBLEMS, lambda after: query.empty_since(since, after)
        )
    ]
    found = 0
    for start in range(0, len(empty), query.PAGE):
        for problem_id in await _sizes(engine, empty[start : start + query.PAGE]):
            found += await _noted(engine, problem_id)
    return found


async def _outdated(engine: Engine) -> int:
    """Problems whose messages have the vectors of now, by and large, and they themselves older
    ones: no message is compared with them by its words until they are counted anew.
    """
    try:
        version = (await current_meaning(engine)).version
    except EncoderError:
        return 0
    old = [
        hit["_id"]
        async for hit in every_hit(
            engine, Index.PROBLEMS, lambda after: query.of_other_vectors(version, after)
        )
    ]
    found = 0
    for start in range(0, len(old), query.PAGE):
        for problem_id in await _converted(engine, old[start : start + query.PAGE], version):
            found += await _noted(engine, problem_id)
    return found


async def _converted(engine: Engine, ids: Sequence[str], version: str) -> list[str]:
    answer = await engine.search(Index.CASES, query.vectors_of(ids, version))
    buckets = answer["aggregations"]["of"]["buckets"]
    return [one["key"] for one in buckets if one["now"]["doc_count"] * 2 > one["doc_count"]]


async def _noted(engine: Engine, problem_id: str) -> bool:
    """To be looked at by the next describing."""
    try:
        await repository.change(engine, problem_id, _unsettled)
    except ConflictError:
        return False  # it is being written: the next night looks again
    return True


async def _sizes(engine: Engine, ids: Sequence[str]) -> dict[str, int]:
    """How many messages name each, where any does."""
    answer = await engine.search(Index.CASES, query.sizes(ids))
    return {one["key"]: one["doc_count"] for one in answer["aggregations"]["of"]["buckets"]}
