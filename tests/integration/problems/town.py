"""A small stream with known problems, and what became of it."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from app.engine.client import Engine
from app.engine.names import Index
from app.problems import repository
from app.problems.gathering import arrival_of
from app.problems.models import Problem
from app.problems.register import Register
from app.problems.windows import shipped_windows
from app.settings import Settings
from dev.bench.problem_cases import documents, memberships
from dev.bench.problem_stream import Stream, Told, stream
from indexers.problems.describe import describe

SMALL = Stream(seed=3, half=0, total=400, incidents=12, in_incidents=220, days=45)
MUCH = 60.0


def told(given: Stream = SMALL) -> list[Told]:
    return stream(given)


placed = memberships


def in_memory(messages: Sequence[Told]) -> dict[str, str | None]:
    """What an undisturbed run gives, by the rules alone."""
    register = Register(shipped_windows().of)
    found: dict[str, str | None] = {}
    arrivals = [arrival_of(msgspec.json.decode(body)) for _, body in documents(messages)]
    for one in sorted(arrivals, key=lambda one: (one.at, one.id)):
        made = register.assign(one)
        found[one.id] = made.problem
        if made.founder:
            found[made.founder] = made.problem
    return found


async def settled(engine: Engine, settings: Settings) -> None:
    while await describe(engine, settings, MUCH):
        pass


async def problems(engine: Engine) -> dict[str, Problem]:
    await engine.refresh(Index.PROBLEMS)
    hits = (await engine.search(Index.PROBLEMS, {"size": 1_000}))["hits"]["hits"]
    return {hit["_id"]: repository.to_problem(hit["_source"]) for hit in hits}


def members(found: dict[str, str | None]) -> dict[str, set[str]]:
    of: dict[str, set[str]] = {}
    for name, problem in found.items():
        if problem:
            of.setdefault(problem, set()).add(name)
    return of


async def checked(engine: Engine, settings: Settings) -> dict[str, set[str]]:
    """Every problem counts exactly the messages that name it."""
    await settled(engine, settings)
    of, stored = members(await placed(engine)), await problems(engine)
    living = {name: one for name, one in stored.items() if one.members}
    assert {name: one.members for name, one in living.items()} == {
        name: len(ids) for name, ids in of.items()
    }
    assert all(one.settled and one.moved for one in stored.values())
    return of


async def counted_rightly(engine: Engine, messages: Sequence[Told]) -> None:
    """What each problem tells is what its messages tell, after describing."""
    by_id = {one.id: one for one in messages}
    of, stored = members(await placed(engine)), await problems(engine)
    wrong = []
    for name, ids in of.items():
        one, mine = stored[name], [by_id[message] for message in ids]
        right = (
            one.members == len(mine)
            and one.authors == len({message.author for message in mine})
            and one.counts.themes == Counter(message.theme for message in mine)
            and one.counts.vectors == len(mine)
            and (one.first_at, one.last_at)
            == (min(message.at for message in mine), max(message.at for message in mine))
            and sum(one.days.values()) == len(mine)
        )
        if not right:
            wrong.append(name)
    assert not wrong
