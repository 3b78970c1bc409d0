"""Main cases of groups of duplicates, from nothing but what people said. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct


class Said(Struct, frozen=True):
    """A person's word: «это дубль того»."""

    of: str
    at: datetime


Words = Mapping[str, Said | None]
"""Cases of whole groups by id, each with what was said of it. A word that names a case outside
says nothing: no such case is there."""


def living(words: Words) -> dict[str, str]:
    """Id → of whom, without the words that a newer one silences.

    Words that lead in a circle cannot all be true (two people at once, or another main case was
    chosen), and the newest of them counts: whoever it calls main is main, so what was said of that
    one sleeps. It wakes by itself where the newest is taken back. At the same moment the greater
    id is the newer.
    """
    edges = {one: said.of for one, said in words.items() if said and said.of in words}
    for circle in list(_circles(edges)):
        newest = max(circle, key=lambda one: (_at(words, one), one))
        del edges[edges[newest]]
    return edges


def roots(words: Words) -> dict[str, str | None]:
    """Id → id of the main case of its group; None for the main case itself and for a lone one."""
    edges, found = living(words), dict[str, str]()
    for start in words:
        path, one = list[str](), start
        while one not in found and one in edges:
            path.append(one)
            one = edges[one]
        found.update(dict.fromkeys([*path, one], found.get(one, one)))
    return {one: None if main == one else main for one, main in found.items()}


def sleeping(words: Words) -> frozenset[str]:
    """Ids of cases whose word is silenced by a newer one."""
    alive = living(words)
    return frozenset(one for one, said in words.items() if said and one not in alive)


def _circles(edges: Mapping[str, str]) -> Iterator[list[str]]:
    """Each case names one other at most, so circles share no case."""
    seen = set[str]()
    for start in edges:
        path = dict[str, None]()
        one: str | None = start
        while one is not None and one not in seen:
            seen.add(one)
            path[one] = None
            one = edges.get(one)
        if one in path:
            listed = list(path)
            yield listed[listed.index(one) :]


def _at(words: Words, one: str) -> datetime:
    said = words[one]
    if said is None:
        raise KeyError(one)
    return said.at
