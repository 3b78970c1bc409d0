"""A table of results → polls: a row is one answer of one question; refused rows say why."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from app.errors import BadInputError
from app.intake.tables import Cell, Row, named_cells, places_of
from app.intake.values import BadValueError, parse_moment, parse_number, plain_text
from app.polls.models import Option, poll_id

_WEB = ("http://", "https://")
LONGEST, LONGEST_URL, MOST_VOTES, MOST_OPTIONS = 300, 500, 100_000_000, 50
COLUMNS: dict[str, frozenset[str]] = {
    "title": frozenset({"title", "голосование", "название"}),
    "question": frozenset({"question", "вопрос"}),
    "option": frozenset({"option", "вариант", "вариант ответа", "ответ"}),
    "votes": frozenset({"votes", "голосов", "голоса", "число голосов"}),
    "theme": frozenset({"theme", "тема"}),
    "territory": frozenset({"territory", "территория", "муниципалитет"}),
    "held_from": frozenset({"held_from", "начало", "с"}),
    "held_to": frozenset({"held_to", "окончание", "конец", "по"}),
    "url": frozenset({"url", "ссылка", "адрес страницы"}),
}
REQUIRED = ("title", "option", "votes")


class Draft(Struct, frozen=True):
    """A poll as it was written, still without who and when."""

    title: str
    question: str
    options: list[Option]
    theme: str | None = None
    territory: str | None = None
    held_from: date | None = None
    held_to: date | None = None
    url: str | None = None


class Refused(Struct, frozen=True):
    """`row` as a spreadsheet counts."""

    row: int
    why: str


class ReadPolls(Struct):
    drafts: list[Draft] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    rows: int = 0


def read_polls(header: Sequence[str], rows: Iterable[Row], zone: ZoneInfo) -> ReadPolls:
    """Raises `BadInputError` where a column is missing."""
    places = places_of(header, COLUMNS, REQUIRED)
    found, groups = ReadPolls(), dict[str, list[tuple[int, Draft]]]()
    for row in rows:
        found.rows += 1
        cells = named_cells(row.cells, places)
        try:
            draft = _draft(cells, zone)
        except (BadValueError, BadInputError) as error:
            found.refused.append(Refused(row.number, error.message))
            continue
        key = poll_id(draft.title, draft.question, draft.territory, draft.held_from)
        groups.setdefault(key, []).append((row.number, draft))
    for group in groups.values():
        found.drafts.append(_joined(group, found.refused))
    found.refused.sort(key=lambda one: one.row)
    return found


def checked(draft: Draft) -> Draft:
    """Raises `BadInputError` that names the field."""
    for name in ("title", "question", "theme", "territory"):
        if len(getattr(draft, name) or "") > LONGEST:
            raise BadInputError(f"Слишком длинно: нужно не больше {LONGEST} знаков.", field=name)
    if not draft.title:
        raise BadInputError("Напишите название голосования.", field="title")
    if draft.held_from and draft.held_to and draft.held_to < draft.held_from:
        raise BadInputError("Окончание раньше начала.", field="held_to")
    if draft.url and (len(draft.url) > LONGEST_URL or not draft.url.lower().startswith(_WEB)):
        raise BadInputError("Ссылка начинается с http:// или https://.", field="url")
    if not 1 <= len(draft.options) <= MOST_OPTIONS:
        raise BadInputError(f"Нужно от одного до {MOST_OPTIONS} вариантов.", field="options")
    for one in draft.options:
        _check_option(one)
    if len({one.name.casefold() for one in draft.options}) < len(draft.options):
        raise BadInputError("Один вариант назван дважды.", field="options")
    return draft


def _check_option(one: Option) -> None:
    if not one.name or len(one.name) > LONGEST:
        raise BadInputError(f"Вариант: текст до {LONGEST} знаков.", field="options")
    if not 0 <= one.votes <= MOST_VOTES:
        raise BadInputError(f"Голосов: целое число от 0 до {MOST_VOTES}.", field="options")


def _draft(cells: Mapping[str, Cell], zone: ZoneInfo) -> Draft:
    votes = parse_number(cells["votes"])
    if votes is None or not votes.is_integer():
        raise BadInputError("Голосов: нужно целое число.")
    texts = {name: plain_text(cells.get(name)) for name in ("question", "theme", "territory")}
    return checked(
        Draft(
            plain_text(cells["title"]),
            texts["question"],
            [Option(plain_text(cells["option"]), int(votes))],
            texts["theme"] or None,
            texts["territory"] or None,
            _day(cells.get("held_from"), zone),
            _day(cells.get("held_to"), zone),
            plain_text(cells.get("url")) or None,
        )
    )


def _day(cell: Cell, zone: ZoneInfo) -> date | None:
    moment = parse_moment(cell, zone)
    return moment.astimezone(zone).date() if moment else None


def _joined(group: Sequence[tuple[int, Draft]], refused: list[Refused]) -> Draft:
    """One poll of its rows; a second row of one answer is refused, not added up."""
    options = dict[str, Option]()
    for row, draft in group:
        one = draft.options[0]
        if one.name.casefold() in options:
            refused.append(Refused(row, f"Вариант «{one.name}» в этом вопросе уже был."))
        elif len(options) >= MOST_OPTIONS:
            refused.append(Refused(row, f"В вопросе больше {MOST_OPTIONS} вариантов."))
        else:
            options[one.name.casefold()] = one
    first = group[0][1]
    rest = [draft for _, draft in group]
    return Draft(
        first.title,
        first.question,
        list(options.values()),
        next((one.theme for one in rest if one.theme), None),
        first.territory,
        first.held_from,
        next((one.held_to for one in rest if one.held_to), None),
        next((one.url for one in rest if one.url), None),
    )
