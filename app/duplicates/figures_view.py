"""The page «Как помогают подсказки»: figures with their lists, thresholds with their history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.cases.directory import Directory
from app.duplicates.contexts import NO_THEME, SHOW_NAMES
from app.duplicates.figures import COLUMNS, Figures, Line
from app.duplicates.params import ReviewParams, Show
from app.duplicates.tuning import BOUNDS, LEAST, SYSTEM, Change, Learned, name_of
from app.permissions import Permission
from app.similarity.models import MatchKind
from app.similarity.thresholds import DEFAULTS
from app.viewer import Viewer


@dataclass(frozen=True)
class Cell:
    count: int
    url: str


@dataclass(frozen=True)
class FigureRow:
    name: str
    cells: list[Cell]
    share: str
    """«да» among the answers, in words."""


@dataclass(frozen=True)
class ThresholdRow:
    name: str
    value: str
    shipped: str
    bounds: str


@dataclass(frozen=True)
class HistoryRow:
    at: datetime
    who: str
    name: str
    was: str
    becomes: str
    why: str


@dataclass(frozen=True)
class FiguresView:
    columns: list[str]
    total: FigureRow
    themes: list[FigureRow]
    kinds: list[FigureRow]
    more: bool
    thresholds: list[ThresholdRow]
    history: list[HistoryRow]
    least: int
    may_reset: bool


def figures_view(
    found: Figures, learned: Learned, viewer: Viewer, directory: Directory
) -> FiguresView:
    return FiguresView(
        columns=[SHOW_NAMES[show] for show in COLUMNS],
        total=_row("Всего", found.total, lambda show: ReviewParams(show=show)),
        themes=[
            _row(line.name or NO_THEME, line, _of_theme(line.name))
            for line in found.themes
            if any(line.counts.values())
        ],
        kinds=[
            _row(name_of(line.name), line, _of_kind(line.name))
            for line in found.kinds
            if line.name in set(MatchKind) and any(line.counts.values())
        ],
        more=found.more,
        thresholds=_thresholds(learned),
        history=[_history(one, directory) for one in reversed(learned.history)],
        least=LEAST,
        may_reset=viewer.may(Permission.BOOKS_EDIT) and bool(learned.values),
    )


def _of_theme(theme: str) -> Callable[[Show], ReviewParams]:
    return lambda show: ReviewParams(show=show, theme=theme)


def _of_kind(kind: str) -> Callable[[Show], ReviewParams]:
    return lambda show: ReviewParams(show=show, kind=MatchKind(kind))


def _row(name: str, line: Line, of: Callable[[Show], ReviewParams]) -> FigureRow:
    cells = [Cell(line.counts[show], of(show).address) for show in COLUMNS]
    share = "" if line.precision is None else f"{100 * line.precision:.0f} %"
    return FigureRow(name, cells, share)


def _thresholds(learned: Learned) -> list[ThresholdRow]:
    return [
        ThresholdRow(
            name_of(kind.value),
            _two(getattr(learned.thresholds, bound.name)),
            _two(getattr(DEFAULTS, bound.name)),
            f"{_two(bound.floor)}–{_two(bound.ceiling)}",
        )
        for kind, bound in BOUNDS.items()
    ]


def _history(one: Change, directory: Directory) -> HistoryRow:
    who = "Отклик" if one.by == SYSTEM else directory.called(one.by)
    return HistoryRow(one.at, who, name_of(one.kind), _two(one.was), _two(one.becomes), one.why)


def _two(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")
