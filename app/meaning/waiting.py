"""Which cases wait for the enrichment: the queue is only a bell, this is the list."""

from collections.abc import Collection
from typing import Any

Clause = dict[str, Any]

DERIVED, VERSION = 1, 2
"""`enriched_version` of a case that was looked at alone, and of one for which every step is done:
what looks around takes longer and comes when all that was derived is there. Both are raised where
a step is to be done again for all cases: they are found by a query and done by and by.
"""


def unfinished() -> Clause:
    """Some step is to be done, or to be done again."""
    return {"range": {"enriched_version": {"lt": VERSION}}}


def underived() -> Clause:
    """Some step that looks at a case alone is to be done."""
    return {"range": {"enriched_version": {"lt": DERIVED}}}


def unlooked(besides: Collection[str] = ()) -> Clause:
    """Only what looks around is left to be done."""
    derived = [{"range": {"enriched_version": {"gte": DERIVED, "lt": VERSION}}}]
    return {"bool": {"filter": derived, "must_not": _passed(besides)}}


def without_vectors(version: str) -> Clause:
    """No vector that can be compared with those of `emb_ver` `version`."""
    return {"bool": {"must_not": [{"term": {"emb_ver": version}}]}}


def waiting(version: str | None, besides: Collection[str] = ()) -> Clause:
    """`version`: None while no vectors can be made, so that nobody asks for them in vain."""
    ways = [underived()]
    if version is not None:
        ways.append(without_vectors(version))
    return {"bool": {"should": ways, "minimum_should_match": 1, "must_not": _passed(besides)}}


def _passed(besides: Collection[str]) -> list[Clause]:
    return [{"ids": {"values": sorted(besides)}}] if besides else []
