"""What the templates of road maps see: words and addresses ready to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isinf

from app.permissions import Permission
from app.problems.models import STATE_NAMES, Act, Problem
from app.road_maps.models import (
    MAP_NAMES,
    OVER,
    STEP_NAMES,
    Effect,
    MapState,
    Move,
    Part,
    RoadMap,
    StepState,
)
from app.road_maps.practices import SeenPractice
from app.road_maps.service import can_report
from app.viewer import Viewer
from app.web.filters import counted, number, size

_TONES: dict[StepState, str] = {
    StepState.PLANNED: "gray",
    StepState.DOING: "blue",
    StepState.DONE: "green",
    StepState.DROPPED: "gray",
}
_ACTS = {
    "created": "Дорожная карта заведена",
    "step_added": "Добавлен шаг",
    "begun": "Работа начата",
    "part_planned": "Шаг снова запланирован",
    "part_doing": "Шаг делается",
    "part_done": "Шаг сделан",
    "part_dropped": "Шаг отменён",
    "part_moved": "Шагу дали другой срок или передали его",
    "file_added": "Приложен файл",
    "solved": "Проблема отмечена решённой",
    "published": "Опубликована практика",
}


@dataclass(frozen=True)
class FileRow:
    url: str
    name: str
    size: str


@dataclass(frozen=True)
class MoveRow:
    due_before: datetime | None
    """None where the day stayed, and so is `due_at`."""
    due_at: datetime | None
    passed: str
    """«Петров П. П., Водоканал → Сидоров С. С., Управа»; empty where it stayed with the same."""
    reason: str
    at: datetime
    who: str


@dataclass(frozen=True)
class PartRow:
    id: str
    url: str
    who: str
    department: str
    due_at: datetime
    late: bool
    state: str
    state_name: str
    tone: str
    result: str
    files: list[FileRow]
    may_report: bool
    may_move: bool
    moves: list[MoveRow]
    seen: int
    """How many times it was moved: what the form of a further move says it knows."""
    reports: int
    """The same of reports."""


@dataclass(frozen=True)
class StepRow:
    title: str
    joint: bool
    parts: list[PartRow]


@dataclass(frozen=True)
class EffectView:
    told: str
    kind: str
    """Of an alert: success, warning or info."""


@dataclass(frozen=True)
class MapView:
    id: str
    url: str
    number: str
    title: str
    state: str
    steps: list[StepRow]
    done: str
    slips: str
    """«сроки переносили 2 раза»; empty where none was put off."""
    problem_title: str
    problem_url: str
    problem_state: str
    effect: EffectView | None
    watched: bool
    """Solved, and not a whole week has passed since."""
    story: list[tuple[datetime, str, str]]
    may_add: bool
    may_begin: bool
    may_solve: bool
    may_publish: bool
    practice_title: str
    practice_done: str
    publications: int


@dataclass(frozen=True)
class PracticeRow:
    title: str
    done: str
    theme: str
    effect: EffectView | None
    at: datetime
    who: str
    url: str
    """Of its road map; empty for whoever does not see the problem."""
    near: str


def map_view(
    one: RoadMap,
    problem: Problem,
    measured: Effect | None,
    names: Mapping[str, str],
    viewer: Viewer,
    now: datetime,
) -> MapView:
    manages = viewer.may(Permission.PROBLEM_MANAGE)
    over = sum(part.state in OVER for part in one.parts)
    solved = one.state is MapState.SOLVED
    practice = one.practice
    return MapView(
        id=one.id,
        url=f"/problems/road-maps/{one.id}",
        number=one.shown_number,
        title=one.title,
        state=MAP_NAMES[one.state],
        steps=[
            StepRow(
                step.title,
                step.joint,
                [_part(one, part, names, viewer, now) for part in step.parts],
            )
            for step in one.steps
        ],
        done=f"{over} из {len(one.parts)}",
        slips=slip_words(one.slips),
        problem_title=problem.shown_title,
        problem_url=f"/problems/{problem.id}",
        problem_state=STATE_NAMES[problem.state],
        effect=effect_view(measured),
        watched=solved and measured is None,
        story=[
            (act.at, _act_words(one, act), names.get(act.by, act.by)) for act in reversed(one.acts)
        ],
        may_add=manages and not solved,
        may_begin=manages and one.state is MapState.DRAFT and bool(one.steps),
        may_solve=manages and one.state is MapState.BEGUN and one.ready,
        may_publish=manages and solved,
        practice_title=practice.title if practice else "",
        practice_done=practice.done if practice else "",
        publications=one.publications,
    )


def slip_words(slips: int) -> str:
    return f"сроки переносили {counted(slips, 'раз', 'раза', 'раз')}" if slips else ""


def _act_words(one: RoadMap, act: Act) -> str:
    """With the step that was moved: what exactly changed stands at the step itself."""
    words = _ACTS.get(act.kind, "Изменено")
    if act.kind != "part_moved":
        return words
    part_id = act.about.get("part")
    titles = [step.title for step in one.steps if part_id in {part.id for part in step.parts}]
    return ": ".join([words, *titles])


def _move(move: Move, names: Mapping[str, str]) -> MoveRow:
    put = move.due_at != move.due_before
    before = _whose(move.owner_before, move.department_before, names)
    after = _whose(move.owner, move.department, names)
    return MoveRow(
        due_before=move.due_before if put else None,
        due_at=move.due_at if put else None,
        passed=f"{before} → {after}" if before != after else "",
        reason=move.reason,
        at=move.at,
        who=names.get(move.by, move.by),
    )


def _whose(owner: str, department: str | None, names: Mapping[str, str]) -> str:
    return ", ".join(filter(None, (names.get(owner, owner), department)))


def _part(
    one: RoadMap, part: Part, names: Mapping[str, str], viewer: Viewer, now: datetime
) -> PartRow:
    url = f"/problems/road-maps/{one.id}/parts/{part.id}"
    return PartRow(
        id=part.id,
        url=url,
        who=names.get(part.owner, part.owner),
        department=part.department or "",
        due_at=part.due_at,
        late=part.state not in OVER and part.due_at < now,
        state=part.state,
        state_name=STEP_NAMES[part.state],
        tone=_TONES[part.state],
        result=part.result,
        files=[
            FileRow(f"{url}/files/{file.id}", file.name, size(file.size)) for file in part.files
        ],
        may_report=one.state is not MapState.SOLVED and can_report(viewer, part),
        may_move=(
            one.state is not MapState.SOLVED
            and part.state not in OVER
            and viewer.may(Permission.PROBLEM_MANAGE)
        ),
        moves=[_move(move, names) for move in part.moves],
        seen=len(part.moves),
        reports=one.reports(part.id),
    )


def effect_view(one: Effect | None) -> EffectView | None:
    """«Сообщений стало меньше: было 5,2 в неделю, стало 1,1 (на 60–90 % меньше)»."""
    if one is None:
        return None
    rates = f"было {_rate(one.before)} в неделю, стало {_rate(one.after)}"
    weeks = counted(one.weeks_after, "неделю", "недели", "недель")
    if one.high < 1:
        low, high = round((1 - one.high) * 100), round((1 - one.low) * 100)
        span = f"на {low}\u2013{high}\u00a0% меньше"
        return EffectView(f"Сообщений стало меньше: {rates} ({span}; за {weeks}).", "success")
    times = f"в {_rate(one.low)}\u2013{'∞' if isinf(one.high) else _rate(one.high)} раза"
    if one.low > 1:
        return EffectView(f"Сообщений стало больше: {rates} ({times}; за {weeks}).", "warning")
    return EffectView(
        f"Пока не видно, помогло ли: {rates}; по данным за {weeks} могло измениться {times}.",
        "info",
    )


def _rate(value: float) -> str:
    return number(round(value, 1))


def practice_rows(found: Sequence[SeenPractice], names: Mapping[str, str]) -> list[PracticeRow]:
    return [
        PracticeRow(
            title=one.practice.title,
            done=one.practice.done,
            theme=one.road_map.theme or "",
            effect=effect_view(one.practice.effect),
            at=one.practice.at,
            who=names.get(one.practice.by, one.practice.by),
            url=f"/problems/road-maps/{one.road_map.id}" if one.open else "",
            near=f"похожа на {round(one.near * 100)}\u00a0%" if one.near else "",
        )
        for one in found
    ]
