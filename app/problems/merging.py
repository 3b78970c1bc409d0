"""Which problems are clearly one, and which look like two: pure.

Merging is cautious: the same theme, the same place, the same words, side by side in time, and no
word of a person against it. Splitting is never done, only offered.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import combinations

import numpy as np
from msgspec import Struct

from app.problems.models import Problem, ProblemState

LEAST_COSINE = 0.75
"""Of the two middles."""
_LEAST_SHARE, _LEAST_MESSAGES = 0.3, 4
_UNTOUCHED = frozenset({ProblemState.NEW, ProblemState.KNOWN})

Grace = Callable[[Problem, Problem], timedelta]
"""Older and younger → how long after the last message of the older the younger may begin."""


class Merge(Struct, frozen=True):
    gone: str
    stays: str
    """The older one."""
    cosine: float


def clear_merges(problems: Iterable[Problem], grace: Grace) -> list[Merge]:
    """Each problem goes at most once, and whatever takes one in does not go itself."""
    alike: defaultdict[tuple[str | None, str | None], list[Problem]] = defaultdict(list)
    for one in problems:
        if one.theme and one.state in _UNTOUCHED:
            alike[one.municipality, one.theme].append(one)
    found: list[Merge] = []
    taken: set[str] = set()
    for group in alike.values():
        for merge in _within(group, grace):
            if merge.gone not in taken and merge.stays not in taken:
                taken |= {merge.gone, merge.stays}
                found.append(merge)
    return found


def _within(group: list[Problem], grace: Grace) -> Iterator[Merge]:
    """The surest first."""
    ordered = sorted(group, key=lambda one: (one.first_at or one.created_at, one.id))
    merges = [
        Merge(younger.id, older.id, cosine)
        for older, younger in combinations(ordered, 2)
        if (cosine := _are_one(older, younger, grace)) is not None
    ]
    yield from sorted(merges, key=lambda one: (-one.cosine, one.stays, one.gone))


def _are_one(older: Problem, younger: Problem, grace: Grace) -> float | None:
    """The cosine of their middles where all else is the same."""
    if younger.id in older.apart or older.id in younger.apart or younger.is_touched:
        return None
    if not _one_place(older, younger) or not _one_time(older, younger, grace):
        return None
    if older.centroid is None or younger.centroid is None or older.emb_ver != younger.emb_ver:
        return None
    cosine = float(np.dot(older.centroid, younger.centroid))
    return cosine if cosine >= LEAST_COSINE else None


def _one_place(one: Problem, other: Problem) -> bool:
    """A house in common, or a street where neither names houses."""
    if one.settlement and other.settlement and one.settlement != other.settlement:
        return False
    if one.houses or other.houses:
        return not set(one.houses).isdisjoint(other.houses)
    return not set(one.streets).isdisjoint(other.streets)


def _one_time(older: Problem, younger: Problem, grace: Grace) -> bool:
    if older.last_at is None or younger.first_at is None:
        return False
    return younger.first_at <= older.last_at + grace(older, younger)


class SplitOffer(Struct, frozen=True):
    """Two themes that share a problem: people decide whether it is one trouble."""

    theme: str
    messages: int
    other: str
    others: int


def split_offer(problem: Problem) -> SplitOffer | None:
    themes: Mapping[str, int] = problem.counts.themes
    first, *rest = sorted(themes, key=lambda name: (-themes[name], name)) or [""]
    if not rest or not problem.members:
        return None
    least = max(_LEAST_MESSAGES, _LEAST_SHARE * problem.members)
    second = rest[0]
    if themes[second] < least:
        return None
    return SplitOffer(first, themes[first], second, themes[second])
