"""The review queue: pairs whose both cases the person sees, counted as they are listed."""

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct

from app.cases.models import Case
from app.cases.service import read_cases
from app.duplicates.models import Pair
from app.duplicates.pairs import note_shown
from app.duplicates.params import PAGE, ReviewParams, Show
from app.duplicates.query import LINKS, WALK, pairs_body, seen_cases
from app.engine.client import Engine
from app.engine.names import Index
from app.permissions import Permission
from app.viewer import Viewer, require

MOST = 20_000
"""Pairs that are looked through for one list: ten requests, half a second."""
_OPEN = frozenset({Show.OPEN, Show.UNSURE})


class Row(Struct, frozen=True):
    """A pair with its cases, the earlier one first."""

    pair: Pair
    earlier: Case
    later: Case


class Review(Struct, frozen=True):
    rows: list[Row]
    total: int
    """As many as the pages of the list hold together."""
    more: bool
    """There are further ones that were not looked at."""
    themes: dict[str, int]
    """Of the whole list; without a theme under an empty name."""
    kinds: dict[str, int]


async def open_review(engine: Engine, params: ReviewParams, viewer: Viewer) -> Review:
    """Raises `ForbiddenError`. What is shown for the first time is noted for the figures."""
    who = require(viewer, Permission.CASE_LINK)
    await engine.refresh(Index.PAIRS)
    pairs, more = await walk(engine, params, who)
    start = (params.page - 1) * PAGE
    shown = pairs[start : start + PAGE]
    rows = await _rows(engine, shown)
    if params.show in _OPEN:
        await note_shown(engine, shown)
    return Review(rows, len(pairs), more, _counts(pairs, "theme"), _counts(pairs, "kind"))


def _counts(pairs: Collection[Pair], name: str) -> dict[str, int]:
    found = dict[str, int]()
    for pair in pairs:
        value = getattr(pair, name) or ""
        found[value] = found.get(value, 0) + 1
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


async def walk(engine: Engine, params: ReviewParams, viewer: Viewer) -> tuple[list[Pair], bool]:
    """All pairs of a list in its order, and whether it is longer than `MOST`."""
    found = list[Pair]()
    after: list[Any] | None = None
    for _ in range(MOST // WALK):
        body = pairs_body(params, viewer.name, after)
        hits = (await engine.search(Index.PAIRS, body))["hits"]["hits"]
        pairs = [msgspec.convert(hit["_source"], Pair) for hit in hits]
        found += await _visible(engine, pairs, viewer, params.show)
        if len(hits) < WALK:
            return found, False
        after = hits[-1]["sort"]
    return found, True


async def _visible(
    engine: Engine, pairs: Collection[Pair], viewer: Viewer, show: Show
) -> list[Pair]:
    ids = {one for pair in pairs for one in (pair.a, pair.b)}
    if not ids:
        return []
    hits = (await engine.search(Index.CASES, seen_cases(ids, viewer)))["hits"]["hits"]
    root = {hit["_id"]: _root(hit) for hit in hits}
    able = {hit["_id"] for hit in hits if LINKS in hit.get("matched_queries", [])}

    def is_listed(pair: Pair) -> bool:
        if pair.a not in root or pair.b not in root or not {pair.a, pair.b} & able:
            return False
        return show not in _OPEN or root[pair.a] != root[pair.b]

    return [pair for pair in pairs if is_listed(pair)]


def _root(hit: dict[str, Any]) -> str:
    """Of the group; a case that is in none is its own."""
    return str(hit["_source"].get("duplicate", {}).get("root") or hit["_id"])


async def _rows(engine: Engine, pairs: Collection[Pair]) -> list[Row]:
    cases = await read_cases(engine, {one for pair in pairs for one in (pair.a, pair.b)})
    rows = []
    for pair in pairs:
        both = [cases[one] for one in (pair.a, pair.b) if one in cases]
        if len(both) == 2:  # noqa: PLR2004 - a pair
            earlier, later = sorted(both, key=lambda case: (case.received_at, case.id))
            rows.append(Row(pair, earlier, later))
    return rows
