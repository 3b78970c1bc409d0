"""How well duplicates are found, through the whole panel on a real engine: edits, and a replay.

An edited copy of a known message is asked for a day after it, from another channel: half of the
time with the fields of the place, else with the text alone.
"""

import random
import zlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

import msgspec
from msgspec import Struct

from app.cases.derived import with_derived_fields
from app.cases.models import Case
from app.engine.client import Engine
from app.engine.names import Index
from app.search.vocabulary import current_vocabulary, forget_vocabulary
from app.similarity.models import DUPLICATE_KINDS, Match, MatchKind, Subject
from app.similarity.service import similar, subject_of
from app.similarity.thresholds import DEFAULTS, Thresholds
from app.text.streets import Streets
from app.viewer import LOCAL_VIEWER
from dev.bench.edit_words import EditStock
from dev.bench.edits import Level, edit
from dev.bench.messages import as_case, messages
from dev.demo.models import DemoCase
from indexers.bulk import BulkAction, write
from indexers.vocabulary import rebuild

_BY_TEXT = frozenset({MatchKind.EXACT, MatchKind.EDITED, MatchKind.QUOTE})
_CHUNK = 1_000
_SIZE = 20


class Edited(Struct, frozen=True):
    """One level: of each query whether the original came, and of each flagged case its truth."""

    level: Level
    found: list[float]
    right: list[float]
    """1 for a flagged case that is the original or one more text of the same story."""


class Flagged(Struct, frozen=True):
    """Unedited messages that have an earlier duplicate, by what the generator says of them."""

    asked: int
    by_text: int
    by_place: int


def town(stock: EditStock, total: int) -> list[DemoCase]:
    """`total` messages of the stock's own half of the themes."""
    made = (one for one in messages(total * 3, stock.town_seed) if half_of(one.theme) == stock.half)
    return [one for one, _ in zip(made, range(total), strict=False)]


def half_of(theme: str) -> int:
    return zlib.crc32(theme.encode()) % 2


async def fill(engine: Engine, demos: list[DemoCase]) -> Streets:
    """Writes the messages as cases; returns the streets they name, as the product knows them."""
    for start in range(0, len(demos), _CHUNK):
        actions = [_action(as_case(one)) for one in demos[start : start + _CHUNK]]
        outcome = await write(engine, Index.CASES, actions)
        if outcome.failures:
            raise RuntimeError(f"the engine refused a document: {outcome.failures.popitem()}")
    await engine.refresh(Index.CASES)
    await rebuild(engine)
    forget_vocabulary(engine)
    return (await current_vocabulary(engine)).streets


def _action(case: Case) -> BulkAction:
    return BulkAction("index", case.id, msgspec.json.encode(with_derived_fields(case)))


async def edited(
    engine: Engine,
    demos: list[DemoCase],
    streets: Streets,
    stock: EditStock,
    each: int,
    thresholds: Thresholds = DEFAULTS,
) -> list[Edited]:
    """Every level over the same `each` originals."""
    chance = random.Random(stock.edit_seed)  # noqa: S311 - a benchmark, not secrets
    plain = [one for one in demos if one.origin == "ordinary"]
    originals = chance.sample(plain, min(each, len(plain)))
    stories = {f"demo-{one.serial:08d}": _story(one) for one in demos}
    scores = []
    for level in Level:
        found, right = [], list[float]()
        for demo in originals:
            subject = _copy_of(demo, level, stock, chance)
            answer = await similar(
                engine,
                LOCAL_VIEWER,
                subject,
                size=_SIZE,
                streets=streets,
                thresholds=thresholds,
                before=subject.received_at,
            )
            own = f"demo-{demo.serial:08d}"
            found.append(float(any(match.case_id == own for match in answer.duplicates)))
            flagged = [match for match in answer.duplicates if match.kind in _BY_TEXT]
            right += [float(stories[one.case_id] == stories[own]) for one in flagged]
        scores.append(Edited(level, found, right))
    return scores


def _story(demo: DemoCase) -> tuple[str, int]:
    """Messages of one story are about one trouble: an incident, a message with its copies."""
    if demo.origin in {"incident", "campaign"}:
        return demo.origin, demo.event
    return "message", demo.event if demo.origin in {"copy", "repeat"} else demo.serial


def _copy_of(demo: DemoCase, level: Level, stock: EditStock, chance: random.Random) -> Subject:
    case = as_case(demo)
    place, later = case.place, case.received_at + timedelta(days=1)
    fields = chance.choice((True, False))
    return Subject(
        text=edit(case.text, level, stock, chance),
        street=place.street if fields else None,
        house=place.house if fields else None,
        theme=demo.theme if fields else None,
        group=demo.group if fields else None,
        received_at=later,
    )


async def flagged_unedited(
    engine: Engine, demos: list[DemoCase], streets: Streets, asked: int
) -> Flagged:
    """Messages of the stream that repeat nothing, asked for against all that came before them."""
    plain = [one for one in demos if one.origin == "ordinary"][-asked:]
    by_text = by_place = 0
    for demo in plain:
        kinds = {match.kind for match in await earlier(engine, demo, streets)}
        by_text += bool(kinds & _BY_TEXT)
        by_place += MatchKind.SAME_PLACE in kinds
    return Flagged(len(plain), by_text, by_place)


async def earlier(engine: Engine, demo: DemoCase, streets: Streets) -> list[Match]:
    """The panel as it stood when the message came: duplicates first, then what is alike."""
    subject = subject_of(msgspec.to_builtins(as_case(demo)))
    answer = await similar(
        engine,
        LOCAL_VIEWER,
        subject,
        size=_SIZE,
        streets=streets,
        before=subject.received_at,
    )
    return [*answer.duplicates, *answer.similar]


class Replayed(Struct, frozen=True):
    theme: str
    origin: str
    in_top: bool
    as_duplicate: bool


TOP = 5


async def replay(
    engine: Engine, demos: list[DemoCase], streets: Streets, most: int
) -> list[Replayed]:
    """Copies, repeats and messages of incidents that have something earlier to be found."""
    replayed = []
    for demo, right in list(_with_truth(demos))[-most:]:
        matches = await earlier(engine, demo, streets)
        top = [match.case_id in right for match in matches[:TOP]]
        sure = [match.kind in DUPLICATE_KINDS for match in matches if match.case_id in right]
        replayed.append(Replayed(demo.theme, demo.origin, any(top), any(sure)))
    return replayed


def _with_truth(demos: list[DemoCase]) -> Iterator[tuple[DemoCase, set[str]]]:
    """Each message with the ids of the earlier ones of its story, where there are any."""
    seen: dict[tuple[str, int], set[str]] = defaultdict(set)
    for demo in demos:
        story = _story(demo)
        if demo.origin in {"copy", "repeat", "incident"} and seen[story]:
            yield demo, set(seen[story])
        seen[story].add(f"demo-{demo.serial:08d}")
