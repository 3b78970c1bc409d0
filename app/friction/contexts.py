"""What the page «Конфликты и ошибки общения» shows: words and addresses ready to print."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from app.cases.codes import STATE_NAMES
from app.cases.directory import Directory
from app.cases.lines import place_line
from app.friction.models import KIND_NAMES, VERDICT_NAMES, Finding, Kind, Verdict
from app.friction.params import PAGE, PERIODS, FrictionParams, Show
from app.friction.review import Figures, Review, Row
from app.viewer import Viewer
from app.web.links import Link

SHOW_NAMES = {
    Show.OPEN: "Ждут ответа",
    Show.LATER: "Отложены",
    Show.YES: "Трение",
    Show.NO: "Не трение",
    Show.ALL: "Все",
}
NO_DEPARTMENT, NO_THEME = "Без ведомства", "Без темы"
ONE_CASE = "Одно обращение"
_MOST_LINES = 15
"""Of a table of figures."""
_EXCERPT = 220


@dataclass(frozen=True)
class Told:
    """What was just done; `undo` is the address that takes it back."""

    text: str = ""
    undo: str = ""
    error: str = ""


NOTHING_TOLD = Told()


@dataclass(frozen=True)
class FindingRow:
    finding: Finding
    kind_name: str
    number: str
    state: str
    state_name: str
    place: str
    text: str
    who: str
    others: list[tuple[str, str]]
    verdict_name: str
    by: str
    may_judge: bool
    may_undo: bool


@dataclass(frozen=True)
class CaseFinding:
    """A line of the panel beside a case."""

    kind_name: str
    why: list[str]
    at: datetime
    said: str
    """What people answered; empty while nobody has."""
    url: str
    """Of the list with this finding alone, where it is judged."""


@dataclass(frozen=True)
class FigureLine:
    name: str
    url: str
    """Of the list that `found` counts."""
    figures: Figures
    waiting_url: str
    yes_url: str
    no_url: str


@dataclass(frozen=True)
class FrictionView:
    rows: list[FindingRow]
    shows: list[Link]
    kinds: list[Link]
    periods: list[Link]
    by_kind: list[FigureLine]
    by_department: list[FigureLine]
    by_theme: list[FigureLine]
    chosen: list[Link]
    total: int
    more: bool
    here: str
    previous_url: str
    next_url: str
    words: str
    narrowed: bool


def friction_view(
    params: FrictionParams, found: Review, viewer: Viewer, directory: Directory
) -> FrictionView:
    start = (params.page - 1) * PAGE
    end = start + len(found.rows)
    previous = replace(params, page=params.page - 1)
    return FrictionView(
        rows=[_row(one, viewer, directory) for one in found.rows],
        shows=[_show(params, show, found.total) for show in SHOW_NAMES],
        kinds=_kinds(params),
        periods=[_period(params, days) for days in PERIODS],
        by_kind=_lines(params, "kind", found.kinds),
        by_department=_lines(params, "department", found.departments),
        by_theme=_lines(params, "theme", found.themes),
        chosen=_chosen(params),
        total=found.total,
        more=found.more,
        here=params.address,
        previous_url=previous.address if params.page > 1 else "",
        next_url=replace(params, page=params.page + 1).address if end < found.total else "",
        words=f"{start + 1}–{end} из {found.total}" if found.total > PAGE and found.rows else "",
        narrowed=params.narrowed,
    )


def case_findings(found: Iterable[Finding], directory: Directory) -> list[CaseFinding]:
    return [
        CaseFinding(
            KIND_NAMES[one.kind],
            one.why,
            one.at,
            f"{VERDICT_NAMES[one.verdict]}, {directory.called(one.by)}" if one.verdict else "",
            FrictionParams(Show.ALL, kind=one.kind, case=one.case_id, days=0).address,
        )
        for one in found
    ]


def told_of(finding: Finding | None, viewer: Viewer) -> Told:
    """About the answer this very person has just given, as long as it stands."""
    if finding is None or finding.verdict is None or finding.by != viewer.name:
        return NOTHING_TOLD
    words = {
        Verdict.YES: "Ответ «да»: записано как трение.",
        Verdict.NO: "Ответ «нет»: об этом больше не спросим.",
        Verdict.LATER: "Отложено: найдёте во вкладке «Отложены».",
    }
    return Told(words[finding.verdict], f"/problems/friction/{finding.id}/undo")


def _row(row: Row, viewer: Viewer, directory: Directory) -> FindingRow:
    finding, case = row.finding, row.case
    text = " ".join((case.title or case.text).split())
    return FindingRow(
        finding=finding,
        kind_name=KIND_NAMES[finding.kind],
        number=case.number,
        state=case.state.value,
        state_name=STATE_NAMES[case.state],
        place=place_line(msgspec.to_builtins(case.place)) or "",
        text=text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rstrip()}…",
        who=directory.called(finding.who),
        others=row.others,
        verdict_name=VERDICT_NAMES[finding.verdict] if finding.verdict else "",
        by=directory.called(finding.by),
        may_judge=row.may_judge and not finding.decided,
        may_undo=row.may_judge and finding.decided and finding.by == viewer.name,
    )


def _show(params: FrictionParams, show: Show, total: int) -> Link:
    chosen = params.show is show
    url = replace(params.first, show=show).address
    return Link(SHOW_NAMES[show], url, chosen, total if chosen else None)


def _kinds(params: FrictionParams) -> list[Link]:
    return [
        Link(name, replace(params.first, kind=None if chosen else kind).address, chosen)
        for kind, name in KIND_NAMES.items()
        for chosen in [params.kind is kind]
    ]


def _period(params: FrictionParams, days: int) -> Link:
    chosen = params.days == days
    return Link(PERIODS[days], replace(params.first, days=days).address, chosen)


def _chosen(params: FrictionParams) -> list[Link]:
    """Conditions that no other part of the page shows, each with the address without it."""
    found = []
    if params.department is not None:
        without = replace(params.first, department=None).address
        found.append(Link(params.department or NO_DEPARTMENT, without, selected=True))
    if params.theme is not None:
        without = replace(params.first, theme=None).address
        found.append(Link(params.theme or NO_THEME, without, selected=True))
    if params.case is not None:
        without = replace(params.first, case=None).address
        found.append(Link(ONE_CASE, without, selected=True))
    return found


def _lines(params: FrictionParams, field: str, figures: Mapping[Any, Figures]) -> list[FigureLine]:
    return [
        FigureLine(
            name=_name(field, value),
            url=_list(params, field, value, Show.ALL),
            figures=one,
            waiting_url=_list(params, field, value, Show.OPEN),
            yes_url=_list(params, field, value, Show.YES),
            no_url=_list(params, field, value, Show.NO),
        )
        for value, one in list(figures.items())[:_MOST_LINES]
    ]


def _name(field: str, value: str) -> str:
    if field == "kind":
        return KIND_NAMES[Kind(value)]
    return value or (NO_DEPARTMENT if field == "department" else NO_THEME)


def _list(params: FrictionParams, field: str, value: str, show: Show) -> str:
    given: Any = Kind(value) if field == "kind" else value
    return replace(params.first, show=show, **{field: given}).address
