"""What the templates of causes see: words and addresses ready to print."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from app.causes.factors import Factor, FactorKind
from app.causes.growing import Factors
from app.causes.models import STATUS_NAMES, Cause, CauseStatus, Evidence
from app.causes.service import SeenCause
from app.permissions import Permission
from app.problems.models import STATE_NAMES, Problem
from app.viewer import Viewer
from app.web.filters import counted

TONES: dict[CauseStatus, str] = {
    CauseStatus.PRESUMED: "yellow",
    CauseStatus.CONFIRMED: "orange",
    CauseStatus.REFUTED: "gray",
    CauseStatus.REMOVED: "green",
}
FACTOR_NAMES: dict[FactorKind, str] = {
    FactorKind.STREET: "Место",
    FactorKind.HOUSE: "Место",
    FactorKind.HOURS: "Время дня",
    FactorKind.WEEKDAY: "День недели",
    FactorKind.WEATHER: "Погода",
    FactorKind.DEPARTMENT: "Ведомство",
    FactorKind.REWORKED: "Ответы",
    FactorKind.RETURNED: "Ответы",
    FactorKind.OVERDUE: "Ответы",
}
ACT_WORDS = {
    "created": "Причина записана",
    "changed": "Изменено",
    "evidence_added": "Добавлено свидетельство",
    "problem_joined": "Связана ещё одна проблема",
    "problem_left": "Проблема больше не связана",
}


@dataclass(frozen=True)
class Filters:
    status: str = ""
    department: str = ""
    municipality: str = ""


@dataclass(frozen=True)
class CauseRow:
    id: str
    url: str
    statement: str
    status: str
    tone: str
    department: str
    where: str
    problems: str
    updated_at: datetime


@dataclass(frozen=True)
class ProblemLink:
    id: str
    url: str
    title: str
    state: str
    road_map_url: str


@dataclass(frozen=True)
class EvidenceRow:
    text: str
    cases: list[tuple[str, str]]
    """Number and address of its page."""
    links: list[str]
    at: datetime
    who: str


@dataclass(frozen=True)
class CauseView:
    row: CauseRow
    cause: Cause
    problems: list[ProblemLink]
    evidence: list[EvidenceRow]
    story: list[tuple[datetime, str, str]]
    may_manage: bool


@dataclass(frozen=True)
class ListView:
    rows: list[CauseRow]
    filters: Filters
    statuses: list[tuple[str, str]]
    departments: list[tuple[str, str]]
    municipalities: list[tuple[str, str]]
    narrowed: bool
    may_manage: bool


@dataclass(frozen=True)
class FactorRow:
    kind: str
    told: str


@dataclass(frozen=True)
class FactorsView:
    problem_id: str
    rows: list[FactorRow]
    compared: str
    causes: list[tuple[str, str]]
    may_manage: bool


@dataclass(frozen=True)
class CauseForm:
    """As it was typed, also when it is wrong."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def statuses() -> list[tuple[str, str]]:
    return [(one.value, name) for one, name in STATUS_NAMES.items()]


def cause_row(seen: SeenCause) -> CauseRow:
    cause = seen.cause
    return CauseRow(
        id=cause.id,
        url=f"/problems/causes/{cause.id}",
        statement=cause.statement,
        status=STATUS_NAMES[cause.status],
        tone=TONES[cause.status],
        department=cause.department or "",
        where=", ".join(part for part in (cause.municipality, cause.settlement) if part),
        problems=counted(len(seen.problems), "проблема", "проблемы", "проблем"),
        updated_at=cause.updated_at,
    )


def list_view(every: Sequence[SeenCause], filters: Filters, viewer: Viewer) -> ListView:
    """The choices are of all that the person sees, not of what is left after filtering."""
    causes = [one.cause for one in every]
    return ListView(
        rows=[cause_row(one) for one in every if _fits(one.cause, filters)],
        filters=filters,
        statuses=statuses(),
        departments=_choices(one.department for one in causes),
        municipalities=_choices(one.municipality for one in causes),
        narrowed=filters != Filters(),
        may_manage=viewer.may(Permission.PROBLEM_MANAGE),
    )


def _fits(cause: Cause, filters: Filters) -> bool:
    pairs = (
        (filters.status, cause.status),
        (filters.department, cause.department),
        (filters.municipality, cause.municipality),
    )
    return all(not wanted or wanted == has for wanted, has in pairs)


def _choices(values: Iterable[str | None]) -> list[tuple[str, str]]:
    return [(one, one) for one in sorted({value for value in values if value})]


def cause_view(seen: SeenCause, names: Mapping[str, str], viewer: Viewer) -> CauseView:
    cause = seen.cause
    return CauseView(
        row=cause_row(seen),
        cause=cause,
        problems=[problem_link(one) for one in seen.problems],
        evidence=[_evidence(one, names) for one in reversed(cause.evidence)],
        story=[
            (act.at, ACT_WORDS.get(act.kind, "Изменено"), names.get(act.by, act.by))
            for act in reversed(cause.acts)
        ],
        may_manage=viewer.may(Permission.PROBLEM_MANAGE),
    )


def problem_link(one: Problem) -> ProblemLink:
    url = f"/problems/{one.id}"
    return ProblemLink(one.id, url, one.shown_title, STATE_NAMES[one.state], f"{url}/road-map")


def _evidence(one: Evidence, names: Mapping[str, str]) -> EvidenceRow:
    cases = [(name, f"/cases/{name}") for name in one.cases]
    return EvidenceRow(one.text, cases, one.links, one.at, names.get(one.by, one.by))


def factors_view(
    problem: Problem, found: Factors, causes: Sequence[SeenCause], viewer: Viewer
) -> FactorsView:
    rows = [FactorRow(FACTOR_NAMES[one.kind], factor_words(one)) for one in found.clear]
    if found.earlier:
        past = counted(found.earlier, "обращение", "обращения", "обращений")
        rows.append(
            FactorRow("Прежние работы", f"по этой теме здесь за два года до того закрыли {past}")
        )
    return FactorsView(
        problem_id=problem.id,
        rows=rows,
        compared=(
            f"Сравнили {counted(found.inside, 'сообщение', 'сообщения', 'сообщений')} проблемы и "
            f"{counted(found.outside, 'другое', 'других', 'других')} по той же теме и территории."
        ),
        causes=[(one.cause.id, one.cause.statement) for one in causes],
        may_manage=viewer.may(Permission.PROBLEM_MANAGE),
    )


def factor_words(one: Factor) -> str:
    """«вечером: 62 % против обычных 31 %»."""
    return f"{one.what}: {percent(one.inside)} против обычных {percent(one.usual)}"


def percent(share: float) -> str:
    whole = round(share * 100)
    return "меньше 1\u00a0%" if share and not whole else f"{whole}\u00a0%"


def new_cause_url(problem_id: str, evidence: str) -> str:
    return f"/problems/causes/new?{urlencode({'problem': problem_id, 'evidence': evidence})}"
