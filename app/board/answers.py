"""Problems as programs get them: names that stay."""

from datetime import datetime

from msgspec import Struct

from app.board.problem.results import CaseLine, CasesPage, Facts
from app.board.results import Board, Row, Told, Value
from app.cases.codes import Channel, State
from app.growth.service import Growing
from app.problems.models import Phrase, Problem, ProblemState


class GrowthAnswer(Struct, frozen=True):
    """`seen` messages of three days where `usual` come."""

    seen: int
    usual: float


class ProblemAnswer(Struct, frozen=True, kw_only=True):
    """Counts are of the cases the owner of the token sees."""

    id: str
    title: str
    state: ProblemState
    theme: str | None
    group: str | None
    municipality: str | None
    settlement: str | None
    district: str | None
    lat: float | None
    lon: float | None
    owner: str | None
    growing: bool
    growth: GrowthAnswer | None
    messages: int
    authors: int
    copies: int
    open: int
    first_at: datetime | None
    last_at: datetime | None
    split_from: str | None


class BoardAnswer(Struct, frozen=True):
    total: int
    problems: list[ProblemAnswer]
    lists: dict[str, int]
    facets: dict[str, list[Value]]
    next_page: int | None


class PlaceAnswer(Struct, frozen=True):
    street: str
    messages: int
    houses: dict[str, int]


class OneAnswer(Struct, frozen=True, kw_only=True):
    problem: ProblemAnswer
    days: dict[str, int]
    """Local day → messages."""
    places: list[PlaceAnswer]
    phrases: list[Phrase]
    examples: list[str]
    """Ids of cases."""
    similar: list[ProblemAnswer]


class CaseAnswer(Struct, frozen=True, kw_only=True):
    id: str
    number: str
    state: State
    channel: Channel
    received_at: datetime
    line: str
    place: str | None
    pinned: bool
    why: list[str]


class CasesAnswer(Struct, frozen=True):
    total: int
    cases: list[CaseAnswer]
    next_page: int | None


def board_answer(board: Board, page: int, size: int, *, whole: bool) -> BoardAnswer:
    return BoardAnswer(
        total=board.total,
        problems=[row_answer(row, whole=whole) for row in board.rows],
        lists={show.value: count for show, count in board.lists.items()},
        facets=board.facets,
        next_page=page + 1 if page * size < board.total else None,
    )


def row_answer(row: Row, *, whole: bool) -> ProblemAnswer:
    return problem_answer(row.problem, row.told, row.grown, whole=whole)


def problem_answer(
    one: Problem, told: Told, grown: Growing | None, *, whole: bool
) -> ProblemAnswer:
    """Without `whole` figures that were worked out over everybody's cases are left out."""
    point = one.point if whole else None
    return ProblemAnswer(
        id=one.id,
        title=one.shown_title,
        state=one.state,
        theme=one.theme,
        group=one.group,
        municipality=one.municipality,
        settlement=one.settlement,
        district=one.district,
        lat=point.lat if point else None,
        lon=point.lon if point else None,
        owner=one.owner,
        growing=one.growing,
        growth=GrowthAnswer(grown.seen, round(grown.expected, 2)) if grown else None,
        messages=told.messages,
        authors=told.authors,
        copies=told.copies,
        open=told.open,
        first_at=told.first,
        last_at=told.last,
        split_from=one.split_from,
    )


def one_answer(problem: Problem, facts: Facts, *, whole: bool) -> OneAnswer:
    return OneAnswer(
        problem=problem_answer(problem, facts.told, facts.grown, whole=whole),
        days={day.isoformat(): count for day, count in facts.told.days.items()},
        places=[
            PlaceAnswer(street.name, street.count, {one.house: one.count for one in street.houses})
            for street in facts.streets
        ],
        phrases=problem.phrases if whole else [],
        examples=[one.id for one in facts.examples],
        similar=[row_answer(row, whole=whole) for row in facts.similar],
    )


def cases_answer(found: CasesPage, page: int, size: int) -> CasesAnswer:
    return CasesAnswer(
        total=found.total,
        cases=[_case(one) for one in found.rows],
        next_page=page + 1 if page * size < found.total else None,
    )


def _case(one: CaseLine) -> CaseAnswer:
    return CaseAnswer(
        id=one.id,
        number=one.number,
        state=one.state,
        channel=one.channel,
        received_at=one.received_at,
        line=one.line,
        place=one.place,
        pinned=one.pinned,
        why=one.why,
    )


def redirected(problem: Problem, asked: str, rest: str = "") -> str | None:
    """Where the problem asked for lives on; None where it is itself."""
    return None if problem.id == asked else f"/api/v1/problems/{problem.id}{rest}"
