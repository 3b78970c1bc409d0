"""What became of suggestions, per theme and per kind: each number is the length of a list."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from app.duplicates.models import Pair, Verdict
from app.duplicates.params import ReviewParams, Show
from app.duplicates.review import walk
from app.engine.client import Engine
from app.engine.names import Index
from app.permissions import Permission
from app.viewer import Viewer, require

COLUMNS = (Show.SHOWN, Show.ACCEPTED, Show.REJECTED, Show.UNDONE)
_HOLDS: dict[Show, Callable[[Pair], bool]] = {
    Show.SHOWN: lambda pair: pair.shown_at is not None,
    Show.ACCEPTED: lambda pair: pair.verdict is Verdict.YES,
    Show.REJECTED: lambda pair: pair.verdict is Verdict.NO,
    Show.UNDONE: lambda pair: pair.undone,
}
"""As `app.duplicates.query` asks the engine."""


class Line(Struct, frozen=True):
    name: str
    """A theme or a kind; empty where there is none."""
    counts: dict[Show, int]

    @property
    def precision(self) -> float | None:
        """Share of «да» among answers that decided."""
        decided = self.counts[Show.ACCEPTED] + self.counts[Show.REJECTED]
        return self.counts[Show.ACCEPTED] / decided if decided else None


class Figures(Struct, frozen=True):
    total: Line
    themes: list[Line]
    kinds: list[Line]
    more: bool
    """There are further pairs that were not counted."""


async def read_figures(engine: Engine, viewer: Viewer) -> Figures:
    """Of the pairs whose both cases the viewer sees. Raises `ForbiddenError`."""
    who = require(viewer, Permission.CASE_LINK)
    await engine.refresh(Index.PAIRS)
    pairs, more = await walk(engine, ReviewParams(show=Show.ALL), who)
    return Figures(
        _line("", pairs),
        _lines(pairs, lambda pair: pair.theme or ""),
        _lines(pairs, lambda pair: pair.kind),
        more,
    )


def _lines(pairs: Sequence[Pair], of: Callable[[Pair], str]) -> list[Line]:
    """The longest first."""
    parts = dict[str, list[Pair]]()
    for pair in pairs:
        parts.setdefault(of(pair), []).append(pair)
    lines = [_line(name, part) for name, part in parts.items()]
    return sorted(lines, key=lambda line: (-line.counts[Show.SHOWN], line.name))


def _line(name: str, pairs: Sequence[Pair]) -> Line:
    return Line(name, {show: sum(map(holds, pairs)) for show, holds in _HOLDS.items()})
