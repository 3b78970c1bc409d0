"""What the page of one problem shows: words and addresses ready to print."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.board.contexts import (
    RowView,
    StateView,
    cases_url,
    place_of,
    row_view,
    state_view,
)
from app.board.problem.params import PAGE, CasesParams
from app.board.problem.results import CasesPage, Facts, Street
from app.board.problem.timeline import Timeline, timeline
from app.board.results import Told
from app.board.words import growth_words, sees_everything
from app.cases.codes import CHANNEL_NAMES, STATE_NAMES, Channel, State
from app.cases.directory import Directory
from app.errors import OtklikError
from app.permissions import Permission
from app.problems.merging import SplitOffer, split_offer
from app.problems.models import STATE_NAMES as PROBLEM_STATES
from app.problems.models import Act, Phrase, Problem, ProblemState
from app.problems.service import ProblemChangedError
from app.viewer import Viewer
from app.web.filters import counted, number, show_datetime

SETTABLE = (ProblemState.NEW, ProblemState.KNOWN, ProblemState.IN_WORK, ProblemState.SOLVED)
"""What people set; «вернулась» follows from messages."""


@dataclass(frozen=True)
class ActView:
    words: str
    url: str
    """Of the other problem it speaks of; empty where there is none."""
    by: str
    at: datetime


@dataclass(frozen=True)
class Place:
    title: str
    count: int
    url: str
    houses: list[tuple[str, int, str]]
    """Number of the house, how many, address of the list."""


@dataclass(frozen=True)
class ProblemView:
    problem: Problem
    url: str
    title: str
    place: str
    state: StateView
    owner: str
    growth: str
    told: Told
    cases_url: str
    timeline: Timeline | None
    places: list[Place]
    placeless: int
    phrases: list[Phrase]
    facts: Facts
    similar: list[RowView]
    acts: list[ActView]
    cases: CasesPage
    narrowed: str
    """The place whose cases are listed; empty for all."""
    all_url: str
    previous_url: str
    next_url: str
    words: str
    manages: bool
    people: list[tuple[str, str]]
    states: list[tuple[ProblemState, str]]
    split: SplitOffer | None
    """Two themes that share it, for whoever may part them."""
    state_names: dict[State, str]
    channel_names: dict[Channel, str]


def problem_view(
    problem: Problem,
    facts: Facts,
    cases: CasesPage,
    params: CasesParams,
    viewer: Viewer,
    people: Directory,
    today: date,
) -> ProblemView:
    whole = sees_everything(viewer)
    before = (params.page - 1) * PAGE
    last = before + len(cases.rows)
    return ProblemView(
        problem=problem,
        url=f"/problems/{problem.id}",
        title=problem.shown_title,
        place=place_of(problem),
        state=state_view(problem.state),
        owner=people.called(problem.owner),
        growth=growth_words(facts.grown),
        told=facts.told,
        cases_url=cases_url(problem.id),
        timeline=timeline(problem.id, facts.told.days, today),
        places=[_place(problem.id, street) for street in facts.streets],
        placeless=facts.placeless,
        phrases=problem.phrases if whole else [],
        facts=facts,
        similar=[row_view(row, people, today) for row in facts.similar],
        acts=[_act(one, people) for one in reversed(problem.acts)],
        cases=cases,
        narrowed=_narrowed(params, facts.streets),
        all_url=CasesParams().address(problem.id),
        previous_url=replace(params, page=params.page - 1).address(problem.id) if before else "",
        next_url=replace(params, page=params.page + 1).address(problem.id)
        if last < cases.total
        else "",
        words=f"{number(before + 1)}–{number(last)} из {number(cases.total)}" if last else "",
        manages=viewer.may(Permission.PROBLEM_MANAGE),
        people=sorted(people.people.items(), key=lambda one: one[1]),
        states=[(state, PROBLEM_STATES[state]) for state in SETTABLE],
        split=split_offer(problem) if whole and viewer.may(Permission.PROBLEM_MANAGE) else None,
        state_names=STATE_NAMES,
        channel_names=CHANNEL_NAMES,
    )


def _place(problem_id: str, street: Street) -> Place:
    of_street = CasesParams(street.key)
    houses = [
        (one.house, one.count, replace(of_street, house=one.house).address(problem_id))
        for one in street.houses
    ]
    return Place(street.name, street.count, of_street.address(problem_id), houses)


def _narrowed(params: CasesParams, streets: list[Street]) -> str:
    if not params.street:
        return ""
    names = {one.key: one.name for one in streets}
    parts = [names.get(params.street, params.street.title()), params.house]
    return ", ".join(part for part in parts if part)


_OTHER = ("into", "from", "other")
_WORDS = {
    "merged": "Объединена с другой проблемой",
    "took_in": "Приняла сообщения другой проблемы",
    "apart": "Сказано, что это другая проблема",
    "split": "Часть сообщений отделена",
    "split_from": "Отделена от другой проблемы",
}


def _act(act: Act, people: Directory) -> ActView:
    other = next((str(act.about[name]) for name in _OTHER if act.about.get(name)), "")
    url = f"/problems/{other}" if other else ""
    return ActView(_act_words(act.kind, act.about, people), url, people.called(act.by), act.at)


def _act_words(kind: str, about: dict[str, Any], people: Directory) -> str:
    """A kind without words is shown as it is."""
    if kind == "renamed":
        return f"Название: «{about['name']}»" if about.get("name") else "Название снова по теме"
    if kind == "owned":
        owner = people.called(about.get("owner"))
        return f"Ответственный: {owner}" if owner else "Ответственный снят"
    if kind == "state" and about.get("state") in set(ProblemState):
        return f"Состояние: {PROBLEM_STATES[ProblemState(about['state'])]}"
    if kind in {"put_in", "taken_out"}:
        moved = counted(len(about.get("cases", [])), "сообщение", "сообщения", "сообщений")
        return f"Добавлено {moved}" if kind == "put_in" else f"Вынуто {moved}"
    return _WORDS.get(kind, kind)


_MOST_LATER = 3


def wrong_words(error: OtklikError | None, people: Directory, zone: ZoneInfo) -> str:
    """Why nothing was done; with what others did meanwhile, where that is why."""
    if not isinstance(error, ProblemChangedError):
        return error.message if error else ""
    later = "; ".join(_later(act, people, zone) for act in error.later[-_MOST_LATER:])
    kept = "Ваше действие не выполнено, введённое осталось на странице."
    return f"Пока вы работали, проблему изменили: {later}. {kept}"


def _later(act: Act, people: Directory, zone: ZoneInfo) -> str:
    words = _act_words(act.kind, act.about, people)
    return (
        f"{words[:1].lower()}{words[1:]} ({people.called(act.by)}, {show_datetime(act.at, zone)})"
    )
