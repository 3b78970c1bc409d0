"""What the pages of duplicates show: words and addresses ready to print."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from app.cases.codes import CHANNEL_NAMES, DONE_STATES, STATE_NAMES, State
from app.cases.directory import Directory
from app.cases.lines import place_line
from app.cases.models import Case
from app.cases.permissions import may_do
from app.duplicates.difference import Piece, marked
from app.duplicates.models import VERDICT_NAMES, Pair, Verdict
from app.duplicates.panel import Panel, Suggestion
from app.duplicates.params import PAGE, ReviewParams, Show
from app.duplicates.review import Review, Row
from app.duplicates.service import Group
from app.duplicates.tuning import name_of
from app.permissions import Permission
from app.similarity.models import Match, MatchKind, PastAnswer
from app.viewer import Viewer
from app.web.links import Link

SHOW_NAMES = {
    Show.OPEN: "Ждут ответа",
    Show.UNSURE: "Вы ответили «не знаю»",
    Show.ACCEPTED: "Дубли",
    Show.REJECTED: "Не дубли",
    Show.UNDONE: "Отменённые",
    Show.SHOWN: "Показанные",
    Show.ALL: "Все",
}
_TABS = (Show.OPEN, Show.UNSURE, Show.ACCEPTED, Show.REJECTED)
NO_THEME = "Без темы"
_MOST_THEMES = 12


@dataclass(frozen=True)
class Told:
    """What was just done; `undo` is the address that takes it back."""

    text: str = ""
    undo: str = ""
    error: str = ""


NOTHING_TOLD = Told()


@dataclass(frozen=True)
class Side:
    """One of the two cases of a pair."""

    id: str
    number: str
    state: str
    state_name: str
    channel_name: str
    received_at: datetime
    title: list[Piece]
    pieces: list[Piece]
    place: list[Piece]
    theme: str
    theme_differs: bool
    grouped: bool
    """It is in a group of duplicates already."""


@dataclass(frozen=True)
class PairView:
    pair: Pair
    kind_name: str
    theme: str
    sides: tuple[Side, Side]
    verdict_name: str
    by: str
    may_undo: bool
    open: bool


@dataclass(frozen=True)
class ReviewView:
    rows: list[PairView]
    shows: list[Link]
    kinds: list[Link]
    themes: list[Link]
    total: int
    more: bool
    asked: bool
    """The pairs of this list can be answered."""
    here: str
    previous_url: str
    next_url: str
    words: str
    narrowed: bool


def review_view(
    params: ReviewParams, found: Review, viewer: Viewer, directory: Directory
) -> ReviewView:
    start = (params.page - 1) * PAGE
    end = start + len(found.rows)
    return ReviewView(
        rows=[_row(one, viewer, directory) for one in found.rows],
        shows=[_show(params, show, found.total) for show in _tabs(params)],
        kinds=_kinds(params, found.kinds),
        themes=_themes(params, found.themes),
        total=found.total,
        more=found.more,
        asked=params.show in {Show.OPEN, Show.UNSURE},
        here=params.address,
        previous_url=replace(params, page=params.page - 1).address if params.page > 1 else "",
        next_url=replace(params, page=params.page + 1).address if end < found.total else "",
        words=f"{start + 1}–{end} из {found.total}" if found.total > PAGE and found.rows else "",
        narrowed=params.kind is not None or params.theme is not None,
    )


def _tabs(params: ReviewParams) -> list[Show]:
    return [*_TABS] if params.show in _TABS else [*_TABS, params.show]


def _show(params: ReviewParams, show: Show, total: int) -> Link:
    chosen = params.show is show
    url = replace(params.first, show=show).address
    return Link(SHOW_NAMES[show], url, chosen, total if chosen else None)


def _kinds(params: ReviewParams, counts: Mapping[str, int]) -> list[Link]:
    return [
        Link(
            name_of(code),
            replace(params.first, kind=None if chosen else MatchKind(code)).address,
            chosen,
            count,
        )
        for code, count in counts.items()
        for chosen in [params.kind is not None and params.kind.value == code]
        if code in set(MatchKind)
    ]


def _themes(params: ReviewParams, counts: Mapping[str, int]) -> list[Link]:
    listed = list(counts.items())[:_MOST_THEMES]
    return [
        Link(
            theme or NO_THEME,
            replace(params.first, theme=None if params.theme == theme else theme).address,
            params.theme == theme,
            count,
        )
        for theme, count in listed
    ]


def _row(row: Row, viewer: Viewer, directory: Directory) -> PairView:
    pair = row.pair
    return PairView(
        pair=pair,
        kind_name=name_of(pair.kind),
        theme=pair.theme or "",
        sides=_sides(row.earlier, row.later),
        verdict_name=VERDICT_NAMES[pair.verdict] if pair.verdict else "",
        by=directory.called(pair.by),
        may_undo=pair.verdict is not None and pair.by == viewer.name,
        open=not pair.decided,
    )


def _sides(earlier: Case, later: Case) -> tuple[Side, Side]:
    titles = marked(earlier.title or "", later.title or "")
    texts = marked(earlier.text, later.text)
    places = marked(_place(earlier), _place(later))
    themes = [one.classifier.im_theme or "" for one in (earlier, later)]
    first, second = (
        Side(
            id=case.id,
            number=case.number,
            state=case.state.value,
            state_name=STATE_NAMES[case.state],
            channel_name=CHANNEL_NAMES[case.channel],
            received_at=case.received_at,
            title=titles[place],
            pieces=texts[place],
            place=places[place],
            theme=themes[place],
            theme_differs=themes[0] != themes[1],
            grouped=bool(case.duplicate and (case.duplicate.root or case.duplicate.of)),
        )
        for place, case in enumerate((earlier, later))
    )
    return first, second


def _place(case: Case) -> str:
    return place_line(msgspec.to_builtins(case.place)) or ""


@dataclass(frozen=True)
class MemberView:
    id: str
    number: str
    state: str
    state_name: str
    received_at: datetime
    is_main: bool
    is_shown: bool
    """The case whose page this is."""
    said: str
    """Who said so, when and why."""
    said_at: datetime | None
    why: list[str]
    may_unlink: bool
    may_lead: bool


@dataclass(frozen=True)
class MatchView:
    match: Match
    kind_name: str
    state_name: str
    place: str
    pair: Pair | None = None


@dataclass(frozen=True)
class PanelView:
    case: Case
    members: list[MemberView]
    size: int
    main_hidden: bool
    hidden: int
    """Others of the group that the viewer does not see."""
    suggestions: list[MatchView]
    related: list[MatchView]
    answers: list[PastAnswer]
    by_words_only: bool
    away: bool
    partial: bool
    may_insert: bool
    told: Told = field(default=NOTHING_TOLD)


def panel_view(
    panel: Panel, viewer: Viewer, directory: Directory, told: Told = NOTHING_TOLD
) -> PanelView:
    group, case = panel.group, panel.case
    main_hidden = group is not None and group.main is None
    return PanelView(
        case=case,
        members=_members(group, case, viewer, directory) if group else [],
        size=group.size if group else 0,
        main_hidden=main_hidden,
        hidden=group.hidden - main_hidden if group else 0,
        suggestions=[_suggested(one) for one in panel.suggestions],
        related=[_match(one) for one in panel.related],
        answers=panel.answers,
        by_words_only=panel.by_words_only,
        away=panel.away,
        partial=panel.partial,
        may_insert=case.state not in DONE_STATES and may_do(viewer, Permission.CASE_ANSWER, case),
        told=told,
    )


def _members(group: Group, shown: Case, viewer: Viewer, directory: Directory) -> list[MemberView]:
    main = group.main
    may_move = main is not None and may_do(viewer, Permission.CASE_LINK, main)
    return [
        MemberView(
            id=one.id,
            number=one.number,
            state=one.state.value,
            state_name=STATE_NAMES[one.state],
            received_at=one.received_at,
            is_main=one is main,
            is_shown=one.id == shown.id,
            said=directory.called(one.duplicate.by) if one.duplicate else "",
            said_at=one.duplicate.at if one.duplicate else None,
            why=list(one.duplicate.why) if one.duplicate and one is not main else [],
            may_unlink=one is not main and may_do(viewer, Permission.CASE_LINK, one),
            may_lead=one is not main and may_move,
        )
        for one in group.seen
    ]


def _suggested(one: Suggestion) -> MatchView:
    view = _match(one.match)
    return replace(view, kind_name=name_of(one.kind.value), pair=one.pair)


def _match(match: Match) -> MatchView:
    place = {
        "given": match.given,
        "street_type": match.street_type,
        "street": match.street,
        "house": match.house,
        "settlement": match.settlement,
    }
    return MatchView(
        match=match,
        kind_name=name_of(match.kind.value) if match.kind else "",
        state_name=STATE_NAMES[State(match.state)],
        place=place_line(place) or "",
    )


def told_of(pair: Pair | None, viewer: Viewer) -> Told:
    """About the answer this very person has just given, as long as it stands."""
    if pair is None or pair.verdict is None or pair.by != viewer.name:
        return NOTHING_TOLD
    words = {
        Verdict.YES: "Ответ «да»: обращения связаны.",
        Verdict.NO: "Ответ «нет»: эту пару больше не предложим.",
        Verdict.UNKNOWN: "Ответ «не знаю»: пару решит кто-то другой.",
    }
    return Told(words[pair.verdict], f"/duplicates/pairs/{pair.id}/undo")
