"""After a word about one case: the main case of every other of its group, written where it differs.

A mark (`duplicate.unsettled`) stands in the case from the very write of the word, and in every
case written here, until the whole group was found right; so whoever is killed in between leaves
something to be found by a query, and two who settle at once cannot leave the older view behind.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial

import structlog

from app.cases.models import Case
from app.cases.regrouping import Cause, Main, cause_in, regrouped, settled
from app.cases.service import change_by_machine
from app.duplicates.groups import roots
from app.duplicates.members import Members, members_of, words_in
from app.duplicates.query import unsettled
from app.duplicates.undone import follow_words
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import ConflictError

log = structlog.get_logger()

_ROUNDS = 12
"""Each but the last writes something: more only where others go on linking the same cases."""
_BATCH = 200


async def settle(engine: Engine, case_ids: Collection[str]) -> None:
    """Safe to repeat and side by side. Raises `ConflictError` where others change it all the time:
    the mark stays and the sweeper comes back.
    """
    touched = set(case_ids)
    for _ in range(_ROUNDS):
        await engine.refresh(Index.CASES)
        members = await members_of(engine, touched)
        touched |= members.keys()
        if not await _regroup(engine, members):
            await follow_words(engine, _marked(members))
            await _clear(engine, members)
            return
    raise ConflictError("Группу дублей как раз меняют. Она будет приведена в порядок через минуту.")


async def settle_left(engine: Engine) -> int:
    """Groups that nobody finished; how many cases were marked."""
    found = (await engine.search(Index.CASES, unsettled(_BATCH)))["hits"]["hits"]
    done = set[str]()
    for case_id in (hit["_id"] for hit in found):
        if case_id in done:
            continue
        done |= (await members_of(engine, [case_id])).keys()
        try:
            await settle(engine, [case_id])
        except ConflictError:
            log.warning("duplicates_unsettled", case_id=case_id)
    return len(found)


def _marked(members: Members) -> list[Case]:
    return [one for one in members.values() if one.duplicate and one.duplicate.unsettled]


async def _regroup(engine: Engine, members: Members) -> bool:
    """Whether anything had to be written."""
    cause, wrote = _cause(members), False
    for case_id, root in roots(words_in(members)).items():
        main = Main(root, members[root].number) if root else None
        decide = partial(regrouped, main=main, cause=cause, now=datetime.now(UTC))
        if decide(members[case_id]) is None:
            continue
        await change_by_machine(engine, case_id, decide)
        wrote = True
    return wrote


def _cause(members: Members) -> Cause | None:
    """Of all that is marked the newest word: what happened before was settled with it."""
    causes = [cause for case in _marked(members) if (cause := cause_in(case))]
    return max(causes, key=lambda one: (one.at, one.case_id), default=None)


async def _clear(engine: Engine, members: Members) -> None:
    for case in _marked(members):
        await change_by_machine(engine, case.id, partial(settled, seen=case))
