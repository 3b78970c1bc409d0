"""Thresholds learned from what people answered: per kind, within bounds, with their history."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from msgspec import Struct, field
from msgspec.structs import replace

from app.duplicates import repository
from app.duplicates.models import Pair, Verdict
from app.duplicates.query import WALK, decided_of
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import OtklikError
from app.permissions import Permission
from app.similarity.models import KIND_NAMES, MatchKind
from app.similarity.thresholds import DEFAULTS, Thresholds
from app.viewer import Viewer, require

log = structlog.get_logger()

LEAST = 30
"""Answers of a kind before they decide anything: of 30, one wrong is 3 %."""
PRECISION = 0.95
SYSTEM = "system"
_DOCUMENT = "duplicates-thresholds"
_STEP = 0.01
_MOST_HISTORY = 200


class Bound(Struct, frozen=True):
    """Name of the threshold and how far answers may move it."""

    name: str
    floor: float
    ceiling: float


BOUNDS: dict[MatchKind, Bound] = {
    MatchKind.EDITED: Bound("edited", 0.40, 0.70),
    MatchKind.QUOTE: Bound("quote", 0.70, 0.95),
    MatchKind.SAME_PLACE: Bound("same_place", 0.50, 0.85),
}
"""The other kinds have no threshold: a copy is exact, a number is named."""


class Change(Struct, frozen=True, omit_defaults=True):
    """One line of the history, as people read it."""

    at: datetime
    by: str
    kind: str
    was: float
    becomes: float
    why: str


class Learned(Struct, frozen=True, omit_defaults=True):
    values: dict[str, float] = field(default_factory=dict)
    """By names of `Thresholds`; what is absent is as it was shipped."""
    history: list[Change] = field(default_factory=list)

    @property
    def thresholds(self) -> Thresholds:
        known = {bound.name for bound in BOUNDS.values()}
        return replace(DEFAULTS, **{k: v for k, v in self.values.items() if k in known})


def learned_threshold(answers: Collection[tuple[float, bool]], bound: Bound) -> tuple[float, str]:
    """The smallest score from which at least `PRECISION` of the answers were «да», and why.

    Where no score gives that, the ceiling: fewer suggestions rather than wrong ones.
    """
    steps = round((bound.ceiling - bound.floor) / _STEP)
    for place in range(steps + 1):
        score = round(bound.floor + place * _STEP, 2)
        above = [yes for at, yes in answers if at >= score]
        if above and sum(above) / len(above) >= PRECISION:
            share = f"{100 * sum(above) / len(above):.0f} %"
            return score, f"Ответов {len(answers)}; из {len(above)} не ниже порога «да»: {share}."
    return bound.ceiling, f"Ответов {len(answers)}; «да» реже, чем в {PRECISION * 100:.0f} %."


def relearned(before: Learned, pairs: Sequence[Pair], now: datetime) -> Learned:
    """The same where nothing moves."""
    values, history = dict(before.values), list(before.history)
    for kind, bound in BOUNDS.items():
        answers = [(one.score, one.verdict is Verdict.YES) for one in pairs if one.kind == kind]
        if len(answers) < LEAST:
            continue
        was = values.get(bound.name, getattr(DEFAULTS, bound.name))
        becomes, why = learned_threshold(answers, bound)
        if becomes != was:
            values[bound.name] = becomes
            history.append(Change(now, SYSTEM, kind.value, was, becomes, why))
    return Learned(values, history[-_MOST_HISTORY:])


async def current(engine: Engine) -> Learned:
    read = await engine.get(Index.REFERENCE, _DOCUMENT)
    return msgspec.convert(read.source["document"], Learned) if read else Learned()


async def current_thresholds(engine: Engine) -> Thresholds:
    """Those shipped where the learned ones cannot be read: a suggestion is a help."""
    try:
        return (await current(engine)).thresholds
    except OtklikError as error:
        log.warning("thresholds_not_read", error=error.code)
        return DEFAULTS


async def learn(engine: Engine) -> Learned:
    """From all answers there are. Raises `ConflictError` where two learn at once."""
    before = await current(engine)
    pairs, after = list[Pair](), None
    while True:
        found = await repository.search(engine, decided_of(list(BOUNDS), after))
        pairs += found
        if len(found) < WALK:
            break
        after = [found[-1].id]
    learned = relearned(before, pairs, datetime.now(UTC))
    if learned != before:
        await _save(engine, learned)
        log.info("thresholds_learned", **learned.values)
    return learned


async def reset(engine: Engine, viewer: Viewer | None) -> Learned:
    """Back to what was shipped; the next nightly look learns anew. Raises `ForbiddenError`."""
    who = require(viewer, Permission.BOOKS_EDIT).name
    before, now = await current(engine), datetime.now(UTC)
    back = [
        Change(now, who, kind.value, before.values[bound.name], getattr(DEFAULTS, bound.name), why)
        for kind, bound in BOUNDS.items()
        if bound.name in before.values and (why := "Возвращено исходное значение.")
    ]
    learned = Learned({}, [*before.history, *back][-_MOST_HISTORY:])
    if learned != before:
        await _save(engine, learned)
    return learned


async def _save(engine: Engine, learned: Learned) -> None:
    document: dict[str, Any] = {
        "book": "duplicates",
        "code": "thresholds",
        "document": msgspec.to_builtins(learned),
    }
    read = await engine.get(Index.REFERENCE, _DOCUMENT)
    if read is None:
        await writer.create(engine, Index.REFERENCE, _DOCUMENT, document)
    else:
        await writer.replace(engine, read, document)


def name_of(kind: str) -> str:
    return KIND_NAMES[MatchKind(kind)] if kind in set(MatchKind) else kind
