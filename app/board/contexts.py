"""What the list of problems shows: words and addresses ready to print."""

from dataclasses import dataclass, replace
from datetime import date

from app.board.params import FACETS, SIZE, BoardParams, Show
from app.board.results import Board, Row, Told
from app.board.sparkline import Sparkline, sparkline
from app.board.words import FACET_TITLES, SHOW_NAMES, growth_words
from app.cases.directory import Directory
from app.permissions import Permission
from app.problems.models import STATE_NAMES, Problem, ProblemState
from app.viewer import Viewer
from app.web.filters import counted, number
from app.web.links import Link
from app.web.urls import url_with

SHOW_LEADS = {
    Show.GROWING: "За три дня пришло заметно больше, чем обычно.",
    Show.NEW: "Первое сообщение пришло за последние 7 дней.",
    Show.STALE: "Есть незакрытые обращения, а новых не было больше 30 дней. Сначала самые давние.",
    Show.RETURNED: "Были решены, и сообщения пришли снова.",
    Show.ALL: "Сначала те, что растут, за ними с самыми свежими сообщениями.",
}
_OPEN_FACETS = frozenset({"state", "sector", "municipality", "theme"})
STATE_LOOKS = {
    ProblemState.NEW: ("blue", "circle-dot"),
    ProblemState.KNOWN: ("gray", "eye"),
    ProblemState.IN_WORK: ("purple", "progress"),
    ProblemState.SOLVED: ("green", "circle-check"),
    ProblemState.RETURNED: ("orange", "refresh"),
    ProblemState.MERGED: ("gray", "link"),
    ProblemState.EMPTY: ("gray", "circle-dashed"),
}


@dataclass(frozen=True)
class StateView:
    text: str
    tone: str
    sign: str


@dataclass(frozen=True)
class RowView:
    id: str
    url: str
    cases_url: str
    title: str
    theme: str
    place: str
    state: StateView
    growing: bool
    growth: str
    """«11 за 3 дня, обычно 2,1»; empty where nothing grows that the viewer sees."""
    told: Told
    owner: str
    spark: Sparkline


@dataclass(frozen=True)
class FacetView:
    title: str
    name: str
    items: list[Link]
    open: bool


@dataclass(frozen=True)
class BoardView:
    params: BoardParams
    rows: list[RowView]
    total: int
    lead: str
    lists: list[Link]
    facets: list[FacetView]
    chips: list[Link]
    clear_url: str
    previous_url: str
    next_url: str
    words: str
    export_pairs: list[tuple[str, str]] | None
    """Of the file with the whole list; None for who may not take one."""
    hidden: list[tuple[str, str]]
    """What the form sends besides its own fields."""


_IN_THE_FORM = frozenset({"q", "from", "to", "page"})


def board_view(
    params: BoardParams, board: Board, viewer: Viewer, people: Directory, today: date
) -> BoardView:
    may_take = viewer.may(Permission.SEARCH_EXPORT) and board.total > 0
    before = (params.page - 1) * params.size
    last = before + len(board.rows)
    return BoardView(
        params=params,
        rows=[row_view(row, people, today) for row in board.rows],
        total=board.total,
        lead=SHOW_LEADS[params.show],
        lists=[_list(params, show, board) for show in SHOW_NAMES],
        facets=_facets(params, board, people),
        chips=[
            Link(label, without.address, selected=True) for label, without in chosen(params, people)
        ],
        clear_url=BoardParams(show=params.show).address,
        previous_url=replace(params, page=params.page - 1).address if before else "",
        next_url=replace(params, page=params.page + 1).address if last < board.total else "",
        words=f"{number(before + 1)}–{number(last)} из {number(board.total)}" if last else "",
        export_pairs=replace(params.first, size=SIZE).pairs() if may_take else None,
        hidden=[pair for pair in params.pairs() if pair[0] not in _IN_THE_FORM],
    )


def row_view(row: Row, people: Directory, today: date) -> RowView:
    one = row.problem
    return RowView(
        id=one.id,
        url=f"/problems/{one.id}",
        cases_url=cases_url(one.id),
        title=one.shown_title,
        theme=one.theme or one.group or "",
        place=place_of(one),
        state=state_view(one.state),
        growing=one.growing,
        growth=growth_words(row.grown),
        told=row.told,
        owner=people.called(one.owner),
        spark=sparkline(row.told.days, today),
    )


def cases_url(problem_id: str, **narrowed: str) -> str:
    return url_with("/search", [("problem", problem_id)], **narrowed)


def state_view(state: ProblemState) -> StateView:
    return StateView(STATE_NAMES[state], *STATE_LOOKS[state])


def place_of(problem: Problem) -> str:
    parts = [problem.settlement or problem.municipality, problem.district]
    return ", ".join(part for part in parts if part)


def _list(params: BoardParams, show: Show, board: Board) -> Link:
    url = replace(params.first, show=show).address
    return Link(SHOW_NAMES[show], url, show is params.show, board.lists[show])


def _facets(params: BoardParams, board: Board, people: Directory) -> list[FacetView]:
    """A facet of one value that is not chosen tells nothing and is left out."""
    shown = []
    for name in FACETS:
        chosen, values = params.values(name), board.facets[name]
        if not chosen and len(values) <= 1:
            continue
        items = [
            Link(
                value_label(name, one.value, people),
                params.toggled(name, one.value).address,
                one.value in chosen,
                one.count,
            )
            for one in values
        ]
        opened = bool(chosen) or name in _OPEN_FACETS
        shown.append(FacetView(FACET_TITLES[name], name, items, opened))
    return shown


def value_label(name: str, value: str, people: Directory) -> str:
    if name == "state":
        return STATE_NAMES[ProblemState(value)]
    return people.called(value) if name == "owner" else value


def chosen(params: BoardParams, people: Directory) -> list[tuple[str, BoardParams]]:
    """Each condition in words, and the list without it."""
    chips = [
        (f"{FACET_TITLES[name]}: {value_label(name, value, people)}", params.toggled(name, value))
        for name in FACETS
        for value in params.values(name)
    ]
    if params.q:
        chips.append((f"Слова: {params.q}", replace(params.first, q="")))
    if params.since:
        chips.append((f"с {params.since:%d.%m.%Y}", replace(params.first, since=None)))
    if params.until:
        chips.append((f"по {params.until:%d.%m.%Y}", replace(params.first, until=None)))
    return chips


def messages(count: int) -> str:
    return counted(count, "сообщение", "сообщения", "сообщений")
