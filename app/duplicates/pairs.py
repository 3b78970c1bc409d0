"""Pairs that are offered to people: made once, however often they are found again."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

import structlog
from msgspec.structs import replace

from app.duplicates import repository
from app.duplicates.models import Pair, Verdict, pair_id
from app.duplicates.query import of_case
from app.engine.client import Engine
from app.errors import OtklikError
from app.similarity.models import OfferedPair

log = structlog.get_logger()


async def offer(engine: Engine, pairs: Iterable[OfferedPair]) -> int:
    """How many are new. One that is there already stays as it is: what people said of it holds."""
    wanted = {one.id: one for one in map(_pair, pairs)}
    there = await repository.get_many(engine, wanted)
    new = [one for one in wanted.values() if one.id not in there]
    return sum([await repository.create(engine, one) for one in new])


def _pair(one: OfferedPair) -> Pair:
    a, b = sorted((one.a_id, one.b_id))
    return Pair(
        id=pair_id(a, b),
        a=a,
        b=b,
        kind=one.kind.value,
        score=one.score,
        doubt=one.doubt,
        why=list(one.why),
        theme=one.theme,
        offered_at=one.at,
    )


async def note_shown(engine: Engine, pairs: Collection[Pair]) -> None:
    """For the figures. A count that cannot be written does not keep a page from being shown."""
    now = datetime.now(UTC)
    try:
        for pair in pairs:
            if pair.shown_at is None:
                await repository.change(engine, pair.id, lambda one: replace(one, shown_at=now))
    except OtklikError as error:
        log.warning("pairs_shown_not_noted", error=error.code)


async def said_of(engine: Engine, case_id: str) -> dict[str, Pair]:
    """Other case → the pair, of all that were ever offered for this one."""
    return {one.other(case_id): one for one in await repository.search(engine, of_case(case_id))}


def is_settled_for(pair: Pair, login: str) -> bool:
    """Whether this person is not to be asked: answered by anybody, or not known to them."""
    return pair.verdict in {Verdict.YES, Verdict.NO} or login in pair.unsure
