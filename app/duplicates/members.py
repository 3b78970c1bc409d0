"""All cases of a group, found from any one of them."""

from collections.abc import Collection, Mapping

from app.cases.models import Case
from app.cases.service import read_cases
from app.duplicates.groups import Said, Words
from app.duplicates.query import PAGE, named_by
from app.engine.client import Engine
from app.engine.names import Index

Members = Mapping[str, Case]


async def members_of(engine: Engine, ids: Collection[str]) -> dict[str, Case]:
    """The cases and, both ways and any number of steps, whatever is said to be a duplicate.

    Each is current. What was linked within the last second is found from its own side only: who
    must miss nothing refreshes first.
    """
    found, wanted = dict[str, Case](), set(ids)
    while wanted:
        read = await read_cases(engine, wanted)
        found |= read
        above = {one.duplicate.of for one in read.values() if one.duplicate and one.duplicate.of}
        below = await _named_by(engine, read)
        wanted = (above | below) - wanted - found.keys()
    return found


async def _named_by(engine: Engine, ids: Collection[str]) -> set[str]:
    found = set[str]()
    after = None
    while ids:
        hits = (await engine.search(Index.CASES, named_by(ids, after)))["hits"]["hits"]
        found |= {hit["_id"] for hit in hits}
        if len(hits) < PAGE:
            break
        after = hits[-1]["sort"]
    return found


def words_in(members: Members) -> Words:
    return {one: said_of(case) for one, case in members.items()}


def said_of(case: Case) -> Said | None:
    said = case.duplicate
    return Said(said.of, said.at) if said and said.of and said.at else None
