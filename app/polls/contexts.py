"""What «Опросы» and «Кому рассказать» show: words and addresses ready to print."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from app.cases.directory import Directory
from app.polls.audience import PERIODS, PlaceCount, Street, Target
from app.polls.models import Poll, Publication
from app.polls.seen import SeenProblem
from app.polls.sides import Division, Side
from app.polls.worth import PERIOD_DAYS, Worth
from app.web.filters import counted
from app.web.links import Link

POLLS, AUDIENCE = "/problems/polls", "/problems/audience"


@dataclass(frozen=True)
class PollView:
    poll: Poll
    shares: list[tuple[str, int, int]]
    """Answer, votes, percent."""
    total: str
    held: str
    problems: list[SeenProblem]
    hidden: int
    """Problems it is attached to that the person does not see."""


@dataclass(frozen=True)
class SideView:
    told: str
    """«3 автора: «уберите парковку», «против парковки»»."""
    example: str
    url: str


@dataclass(frozen=True)
class DivisionView:
    what: str
    wanted: SideView
    against: SideView


@dataclass(frozen=True)
class WorthView:
    title: str
    url: str
    """Of the cases behind the count."""
    told: str
    divided: list[DivisionView]
    state_name: str
    attach: str
    """Address of the form of a new vote about it."""


def poll_view(poll: Poll, problems: Mapping[str, SeenProblem]) -> PollView:
    seen = [problems[one] for one in poll.problem_ids if one in problems]
    votes = max(poll.votes, 1)
    return PollView(
        poll,
        [(one.name, one.votes, round(100 * one.votes / votes)) for one in poll.options],
        counted(poll.votes, "голос", "голоса", "голосов"),
        _held(poll.held_from, poll.held_to),
        seen,
        len(poll.problem_ids) - len(seen),
    )


def worth_view(one: Worth, since: date) -> WorthView:
    title = one.problem.title if one.problem else one.theme or ""
    pairs = {"problem": one.problem.id} if one.problem else {"theme": one.theme or ""}
    people = counted(one.authors, "автор", "автора", "авторов")
    messages = counted(one.messages, "сообщение", "сообщения", "сообщений")
    filled = {"theme": one.theme or "", **({"problem": one.problem.id} if one.problem else {})}
    return WorthView(
        title,
        f"/search?{urlencode({**pairs, 'from': since.isoformat()})}",
        f"{people}, {messages} за {counted(PERIOD_DAYS, 'день', 'дня', 'дней')}",
        [_division(division) for division in one.divisions],
        one.problem.state_name if one.problem else "",
        f"{POLLS}?{urlencode(filled)}#new",
    )


def _division(one: Division) -> DivisionView:
    return DivisionView(one.what, _side(one.wanted), _side(one.against))


def _side(one: Side) -> SideView:
    people = counted(one.authors, "автор", "автора", "авторов")
    written = ", ".join(f"«{words}»" for words in one.words)
    return SideView(f"{people}: {written}", one.example, f"/cases/{quote(one.case_id, safe='')}")


@dataclass(frozen=True)
class PlaceRow:
    name: str
    told: str
    url: str
    is_house: bool


@dataclass(frozen=True)
class AudienceView:
    target: Target
    what: str
    rows: list[PlaceRow]
    streets: int
    draft: str
    periods: list[Link]
    csv_url: str
    here: str
    published: list[tuple[Publication, str]]


def audience_view(
    target: Target,
    what: str,
    streets: Sequence[Street],
    draft: str,
    published: Collection[Publication],
    directory: Directory,
    since: date,
) -> AudienceView:
    return AudienceView(
        target,
        what,
        [row for street in streets for row in _rows(street, target, since)],
        len(streets),
        draft,
        [Link(name, _address(target, days), days == target.days) for days, name in PERIODS.items()],
        _address(target, target.days).replace(AUDIENCE, f"{AUDIENCE}.csv", 1),
        _address(target, target.days),
        [(one, directory.called(one.created_by)) for one in published],
    )


def _rows(street: Street, target: Target, since: date) -> list[PlaceRow]:
    rows = [_place(street.whole, target, since, is_house=False)]
    return rows + [_place(one, target, since, is_house=True) for one in street.houses]


def _place(one: PlaceCount, target: Target, since: date, *, is_house: bool) -> PlaceRow:
    messages = counted(one.messages, "сообщение", "сообщения", "сообщений")
    authors = counted(one.authors, "автор", "автора", "авторов")
    told = f"{messages}, {authors}"
    if is_house:  # the search has no filter by house
        return PlaceRow(f"дом {one.house}", told, "", is_house)
    near = ", ".join(dict.fromkeys(part for part in (one.municipality, one.settlement) if part))
    name = f"{one.named} ({near})" if near else one.named
    return PlaceRow(name, told, _cases(one, target, since), is_house)


def _cases(one: PlaceCount, target: Target, since: date) -> str:
    pairs = {
        "theme": target.theme,
        "problem": target.problem,
        "municipality": one.municipality,
        "settlement": one.settlement,
        "street": one.street,
        "from": since.isoformat(),
    }
    return f"/search?{urlencode({name: value for name, value in pairs.items() if value})}"


def _address(target: Target, days: int) -> str:
    pairs = {"theme": target.theme, "problem": target.problem}
    kept = {name: value for name, value in pairs.items() if value is not None}
    return f"{AUDIENCE}?{urlencode({**kept, 'days': days})}"


def _held(first: date | None, last: date | None) -> str:
    days = [f"{one:%d.%m.%Y}" for one in (first, last) if one]
    return "–".join(dict.fromkeys(days))
