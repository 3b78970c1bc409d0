"""Which cases wait for the enrichment: the queue is only a bell, this is the list."""

from collections.abc import Collection
from typing import Any

Clause = dict[str, Any]

VERSION = 1
"""`enriched_version` of a case for which every step is done. Raised where a step that exists is to
be done again for all cases: they are found by a query and done by and by.
"""


def unfinished() -> Clause:
    """Some step is to be done, or to be done again."""
    return {"range": {"enriched_version": {"lt": VERSION}}}


def without_vectors(version: str) -> Clause:
    """No vector that can be compared with those of `emb_ver` `version`."""
    return {"bool": {"must_not": [{"term": {"emb_ver": version}}]}}


def waiting(version: str | None, besides: Collection[str] = ()) -> Clause:
    """`version`: None while no vectors can be made, so that nobody asks for them in vain."""
    ways = [unfinished()]
    if version is not None:
        ways.append(without_vectors(version))
    passed = [{"ids": {"values": sorted(besides)}}] if besides else []
    return {"bool": {"should": ways, "minimum_should_match": 1, "must_not": passed}}
