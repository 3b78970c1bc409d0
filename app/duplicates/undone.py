"""A link that a verdict made and a person took away again: the verdict hears of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from msgspec.structs import replace

from app.cases.models import Case, Event
from app.duplicates import repository
from app.duplicates.models import Pair, Past, Verdict
from app.duplicates.query import linked_by
from app.engine.client import Engine
from app.engine.names import Index

_WORDS = frozenset({"mark_duplicate", "unmark_duplicate"})


async def follow_words(engine: Engine, cases: Sequence[Case]) -> None:
    """Of verdicts that linked any of `cases` those that no longer hold are marked as taken back."""
    if not cases:
        return
    await engine.refresh(Index.PAIRS)
    by_id = {case.id: case for case in cases}
    for pair in await repository.search(engine, linked_by(by_id)):
        case = by_id[pair.linked or ""]
        if taken_back(pair, case) != pair:
            hears = partial(taken_back, case=case)
            await repository.change(engine, pair.id, hears, refresh=True)


def taken_back(pair: Pair, case: Case) -> Pair:
    """Undone, the question is open again; unlinked as «не дубль», the answer is «нет» from now on;
    linked to another case, it stays as it was, and nothing is asked again.
    """
    said = case.duplicate
    if pair.linked != case.id or (said and said.of == pair.main):
        return pair
    event = _last_word(case)
    by, at = (event.by, event.at) if event else (pair.by or "", datetime.now(UTC))
    past = [*pair.past, Past(pair.verdict or Verdict.YES, by, at, undone=True)]
    free = replace(pair, linked=None, main=None, key=None, undone=True, past=past)
    if event and event.what == "undo":
        return replace(free, verdict=None, by=None, at=None)
    if event and event.what == "unmark_duplicate":
        no = Past(Verdict.NO, by, at)
        return replace(free, verdict=Verdict.NO, by=by, at=at, past=[*past, no])
    return free


def _last_word(case: Case) -> Event | None:
    for event in reversed(case.history):
        if event.what in _WORDS or (event.what == "undo" and event.to in _WORDS):
            return event
    return None
