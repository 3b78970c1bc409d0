"""What the pages of «Моя работа» show."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from app.cases.codes import (
    CHANNEL_NAMES,
    IMPORTANCE_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    Importance,
    State,
)
from app.cases.directory import Directory
from app.cases.due import Due, due
from app.search.results import label
from app.viewer import Viewer
from app.work.models import Desk, View
from app.work.params import CONDITIONS, FILTERS, WorkParams, readable_work
from app.work.queues import QUEUE_NAMES, Queue, offered_queues, queue_name
from app.work.results import Row
from app.work.service import Live, WorkPage

FACET_TITLES = {
    "state": "Состояние",
    "importance": "Важность",
    "kind": "Вид",
    "channel": "Канал",
    "theme": "Тема",
    "department": "Ведомство",
    "street": "Улица",
    "assignee": "У кого",
    "asked": "Кого спросили",
    "due": "Срок",
}
_NOBODY = Directory()
_FREE = frozenset({State.NEW, State.ASSIGNED, State.IN_PROGRESS, State.INTERIM})
_OPEN_FACETS = frozenset({"state", "theme", "street"})
"""Stand open at first; one with a chosen value always does."""


@dataclass(frozen=True)
class Link:
    """A queue, an own list, a value of a facet or a chip: its address is its meaning."""

    label: str
    url: str
    name: str = ""
    count: int = 0
    selected: bool = False


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    items: list[Link]
    open: bool


@dataclass(frozen=True)
class RowView:
    row: Row
    url: str
    """The case, which knows the way back and to the next one."""
    due: Due
    state_name: str
    channel_name: str
    kind_name: str
    holder: str
    free: bool
    """Nobody holds it, and it may be taken as far as its state tells."""
    new: bool


@dataclass(frozen=True)
class WorkView:
    params: WorkParams
    title: str
    queues: list[Link]
    views: list[Link]
    total: int
    rows: list[RowView]
    facets: list[Facet]
    chips: list[Link]
    clear_url: str
    next_url: str | None
    first_url: str | None
    live_url: str

    def number_of(self, case_id: str) -> str:
        """Of a case on this page; empty for one that has left it."""
        return next((one.row.number for one in self.rows if one.row.id == case_id), "")


def work_view(
    params: WorkParams, found: WorkPage, viewer: Viewer, directory: Directory
) -> WorkView:
    return WorkView(
        params=params,
        title=queue_name(params.queue, viewer),
        queues=queue_links(params, found.counts, viewer),
        views=view_links(params, found.desk),
        total=found.facets.total,
        rows=[_row(params, row, found, viewer, directory) for row in found.rows.rows],
        facets=_facets(params, found),
        chips=_chips(params, directory),
        clear_url=WorkParams(params.queue).address,
        next_url=_after(params, found.rows.next),
        first_url=params.first.address if params.after else None,
        live_url=_live_url(params, found.at),
    )


def empty_view(params: WorkParams, viewer: Viewer, desk: Desk) -> WorkView:
    """Without an answer of the engine: queues and filters are still there to choose others."""
    return WorkView(
        params=params,
        title=queue_name(params.queue, viewer),
        queues=queue_links(params, {}, viewer),
        views=view_links(params, desk),
        total=0,
        rows=[],
        facets=[],
        chips=_chips(params),
        clear_url=WorkParams(params.queue).address,
        next_url=None,
        first_url=None,
        live_url="",
    )


def queue_links(params: WorkParams, counts: Mapping[Queue, int], viewer: Viewer) -> list[Link]:
    return [
        Link(
            queue_name(queue, viewer),
            WorkParams(queue).address,
            queue.value,
            counts.get(queue, 0),
            queue is params.queue,
        )
        for queue in offered_queues(viewer)
    ]


def view_links(params: WorkParams, desk: Desk) -> list[Link]:
    links = []
    for view in desk.views:
        own = view_params(view)
        links.append(Link(view.name, own.address, view.slug, selected=own == params.first))
    return links


def view_params(view: View) -> WorkParams:
    """A view of earlier days may name a value that is no more: it is left out."""
    return readable_work(view.pairs)


def told_view(view: View, directory: Directory) -> str:
    """«Мои; состояние: В работе», the conditions of a view in words."""
    params = view_params(view)
    chosen = [
        f"{FACET_TITLES[name].lower()}: {label_of(name, value, directory)}"
        for name in CONDITIONS
        for value in params.values(name)
    ]
    return "; ".join([QUEUE_NAMES[params.queue], *chosen])


def label_of(condition: str, value: str, directory: Directory = _NOBODY) -> str:
    if condition == "importance":
        return IMPORTANCE_NAMES.get(Importance(value), value)
    if condition == "assignee":
        return directory.called(value)
    if condition == "due":
        return f"{date.fromisoformat(value):%d.%m.%Y}"
    return label(condition, value)


def case_url(params: WorkParams, row: Row) -> str:
    return f"/cases/{row.id}?{urlencode({'work': params.query, 'at': row.cursor})}"


def live_context(live: Live, params: WorkParams, viewer: Viewer) -> dict[str, Any]:
    return {
        "queues": queue_links(params, live.counts, viewer),
        "newer": live.newer,
        "fresh_url": params.first.address,
        "away": False,
    }


def _live_url(params: WorkParams, at: datetime) -> str:
    pairs = [*params.first.pairs(), ("since", at.isoformat())]
    return f"/work/live?{urlencode(pairs)}"


def _after(params: WorkParams, cursor: str | None) -> str | None:
    return replace(params, after=cursor).address if cursor else None


def _row(
    params: WorkParams, row: Row, found: WorkPage, viewer: Viewer, directory: Directory
) -> RowView:
    mine = row.assignee == viewer.name
    before = found.desk.before_at
    holder = "вы" if mine else directory.called(row.assignee)
    return RowView(
        row=row,
        url=case_url(params, row),
        due=due(row.deadline_at, found.moment.now),
        state_name=STATE_NAMES[row.state],
        channel_name=CHANNEL_NAMES[row.channel],
        kind_name=KIND_NAMES[row.kind],
        holder=holder,
        free=row.assignee is None and row.state in _FREE,
        new=before is not None and row.updated_at > before,
    )


def _facets(params: WorkParams, found: WorkPage) -> list[Facet]:
    """A facet of one value that is not chosen tells nothing and is left out."""
    shown = []
    for name in FILTERS:
        chosen = params.values(name)
        items = [
            Link(
                label_of(name, item.value),
                params.toggled(name, item.value).address,
                count=item.count,
                selected=item.value in chosen,
            )
            for item in found.facets.values[name]
        ]
        if chosen or len(items) > 1:
            opened = bool(chosen) or name in _OPEN_FACETS
            shown.append(Facet(name, FACET_TITLES[name], items, opened))
    return shown


def _chips(params: WorkParams, directory: Directory = _NOBODY) -> list[Link]:
    return [
        Link(
            f"{FACET_TITLES[name]}: {label_of(name, value, directory)}",
            params.toggled(name, value).address,
        )
        for name in CONDITIONS
        for value in params.values(name)
    ]
