"""A record of one row becomes a case input, or a reason why it cannot.

Order of the rules: prepare (profile) → clean → parse → check. The first thing wrong names its
column; a row is never loaded in part.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

import xxhash

from app.cases.codes import (
    CHANNEL_NAMES,
    DONE_STATES,
    KIND_NAMES,
    STATE_NAMES,
    AnswerKind,
    Channel,
    Kind,
    State,
)
from app.cases.models import Answer, Author, Classifier, Place, Point, Rating, Workflow
from app.intake.labels import sentence_case
from app.intake.models import CaseInput
from app.intake.profiles.base import Profile, Record, UnknownValues
from app.intake.tables import Cell
from app.intake.values import (
    BadValueError,
    cell_text,
    parse_coordinate,
    parse_duration,
    parse_email,
    parse_moment,
    parse_number,
    parse_phone,
)
from app.text.addresses import canonical_house, canonical_street, parse_address
from app.text.cleaning import clean_cell, clean_text

MAX_TEXT = 50_000
"""Characters. The longest form of a real channel takes 4,000; a pasted book is no message."""
MAX_SHORT = 1_000
MAX_ID = 256
MAX_TAGS = 50
MARKS = range(1, 6)

APPEAL_CODE = re.compile(r"^\d{4}(\.\d{4}){3,4}$")
"""Common classifier of appeals: раздел.тематика.тема.вопрос[.подвопрос], edition of 31.10.2025."""

_APPEAL_CHANNELS = frozenset({Channel.PAPER, Channel.ORAL})
"""Written letters and personal reception fall under 59-ФЗ; the other channels bring messages
unless the table says otherwise."""

Code = TypeVar("Code", bound=StrEnum)


class RowError(ValueError):
    """A row that cannot be loaded: the field it stumbled on, a Russian reason, a stable code."""

    def __init__(self, field: str, reason: str, code: str = "bad_value") -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.code = code
        """`required`, `too_long`, `unknown_value` or `bad_value`."""


class Assembler:
    """Turns records of one table into inputs; keeps the count of values it did not know."""

    def __init__(self, profile: Profile, zone: ZoneInfo) -> None:
        self._profile = profile
        self._zone = zone
        self.unknown = UnknownValues()

    def assemble(self, given: Record) -> CaseInput:
        """Raises `RowError`."""
        record = self._profile.prepare(given, self.unknown)
        received = self._moment(record, "received_at")
        if received is None:
            raise RowError("received_at", "нет даты поступления", "required")
        external_id = _short(record, "external_id", MAX_ID)
        if self._profile.identified and external_id is None:
            raise RowError("external_id", "нет номера", "required")
        channel = _code(record, "channel", Channel, CHANNEL_NAMES) or Channel.OTHER
        closed = self._moment(record, "closed_at")
        state = _code(record, "state", State, STATE_NAMES) or _default_state(record, closed)
        return CaseInput(
            system=_short(record, "source") or self._profile.system,
            external_id=external_id,
            external_number=_short(record, "external_number", MAX_ID),
            kind=_code(record, "kind", Kind, KIND_NAMES) or _default_kind(channel),
            channel=channel,
            state=state,
            received_at=received,
            registered_at=self._moment(record, "registered_at"),
            closed_at=closed,
            deadline_at=self._moment(record, "due_at"),
            text=_text(record, "text", required=True),
            title=_short(record, "title"),
            result=_short(record, "result") or _short(record, "closing_reason"),
            url=_short(record, "url"),
            tags=_tags(record),
            author=_author(record),
            place=_place(record),
            classifier=_classifier(record),
            workflow=self._workflow(record),
            answers=self._answers(record, received, state),
            rating=_rating(record),
        )

    def _moment(self, record: Record, name: str) -> datetime | None:
        return _parsed(name, lambda: parse_moment(record.get(name), self._zone))

    def _workflow(self, record: Record) -> Workflow:
        return Workflow(
            step=_short(record, "step"),
            department=_short(record, "department"),
            executor=_short(record, "executor"),
            assigned_at=self._moment(record, "assigned_at"),
        )

    def _answers(self, record: Record, received: datetime, state: State) -> list[Answer]:
        texts = [_text(record, name) for name in ("answer", "answer2", "answer3")]
        moments = [
            self._answered_at(record, received),
            self._moment(record, "answered2_at"),
            None,
        ]
        given = [(text, at) for text, at in zip(texts, moments, strict=True) if text]
        kinds = [AnswerKind.INTERIM] * len(given)
        if given and state in DONE_STATES:
            kinds[-1] = AnswerKind.FINAL
        return [
            Answer(id=str(position), text=text, kind=kind, at=at)
            for position, ((text, at), kind) in enumerate(zip(given, kinds, strict=True), start=1)
        ]

    def _answered_at(self, record: Record, received: datetime) -> datetime | None:
        """Exports give the first answer as a moment or as the time it took: both are read.

        Of two durations the longer is taken: one counts working time only, and which column that
        is differs between layouts.
        """
        took = _duration(record.get("answered_at"))
        if took is None and (moment := self._moment(record, "answered_at")) is not None:
            return moment
        durations = [took, *(_duration(record.get(name)) for name in _TOOK)]
        longest = max((each for each in durations if each is not None), default=None)
        return None if longest is None else received + longest


_TOOK = ("answer_took", "answer_took_working")


def _duration(cell: Cell) -> timedelta | None:
    if isinstance(cell, str) and "." in cell[:6]:  # «12.03.2026…»: a date, the common case
        return None
    try:
        return parse_duration(cell) if isinstance(cell, str | timedelta) else None
    except BadValueError:
        return None


Value = TypeVar("Value")


def _parsed(name: str, parse: Callable[[], Value]) -> Value:
    try:
        return parse()
    except BadValueError as error:
        raise RowError(name, str(error)) from error


@lru_cache(maxsize=20_000)
def _clean_short(raw: str) -> str:
    """Themes, departments, streets repeat from row to row: half of the cleaning is saved."""
    return clean_cell(raw)


def _text(record: Record, name: str, *, required: bool = False) -> str:
    raw = cell_text(record.get(name))
    text = clean_text(raw) if raw else ""
    if required and not text:
        raise RowError(name, "нет текста", "required")
    if len(text) > MAX_TEXT:
        raise RowError(name, f"текст длиннее {MAX_TEXT // 1000} тысяч знаков", "too_long")
    return text


def _short(record: Record, name: str, longest: int = MAX_SHORT) -> str | None:
    if not (raw := cell_text(record.get(name))):
        return None
    text = _clean_short(raw) if len(raw) <= longest else clean_cell(raw)
    if len(text) > longest:
        raise RowError(name, f"значение длиннее {longest} знаков", "too_long")
    return text or None


def _code(record: Record, name: str, codes: type[Code], names: dict[Code, str]) -> Code | None:
    """A code of ours or its Russian name; anything else rejects the row."""
    cell = record.get(name)
    if isinstance(cell, codes):
        return cell
    if (given := _short(record, name)) is None:
        return None
    folded = given.casefold()
    for code in codes:
        if folded in {code.value, names[code].casefold()}:
            return code
    shown = given if len(given) <= 40 else f"{given[:40]}…"  # noqa: PLR2004 - fits a table cell
    raise RowError(name, f"неизвестное значение «{shown}»", "unknown_value")


def _default_kind(channel: Channel) -> Kind:
    return Kind.APPEAL if channel in _APPEAL_CHANNELS else Kind.MESSAGE


def _default_state(record: Record, closed: datetime | None) -> State:
    if closed:
        return State.CLOSED
    return State.ANSWERED if cell_text(record.get("answer")).strip() else State.NEW


def _tags(record: Record) -> list[str]:
    given = _short(record, "tags", MAX_SHORT * 4) or ""
    tags = (tag.strip() for tag in re.split(r"[;,]", given))
    return sorted({tag for tag in tags if tag})[:MAX_TAGS]


def _author(record: Record) -> Author:
    phone = _parsed("author_phone", lambda: parse_phone(record.get("author_phone")))
    email = _parsed("author_email", lambda: parse_email(record.get("author_email")))
    name = _short(record, "author_name")
    address = _short(record, "author_address")
    account = _short(record, "author_account")
    surest = account or phone or email or (f"{name}|{address}" if name and address else None)
    key = xxhash.xxh3_64_hexdigest(surest.casefold().encode()) if surest else None
    return Author(key=key, name=name, phone=phone, email=email, address=address, account=account)


def _place(record: Record) -> Place:
    given = _short(record, "address")
    parsed = parse_address(given) if given else None
    street_given = _short(record, "street")
    street_type, street = canonical_street(street_given) if street_given else (None, None)
    house = _short(record, "house")
    return Place(
        municipality=_short(record, "municipality"),
        settlement=_short(record, "settlement"),
        street=street or (parsed.street if parsed else None),
        street_type=street_type or (parsed.street_type if parsed else None),
        house=(canonical_house(house) if house else None) or (parsed.house if parsed else None),
        given=given or _joined(street_given, house),
        point=_point(record),
    )


def _joined(street: str | None, house: str | None) -> str | None:
    return ", ".join(part for part in (street, house) if part) or None


def _point(record: Record) -> Point | None:
    lat = _parsed("lat", lambda: parse_coordinate(record.get("lat"), axis="lat"))
    lon = _parsed("lon", lambda: parse_coordinate(record.get("lon"), axis="lon"))
    if (lat is None) != (lon is None):
        raise RowError("lat" if lat is None else "lon", "указана только одна координата из двух")
    return Point(lat, lon) if lat is not None and lon is not None else None


def _classifier(record: Record) -> Classifier:
    code = _short(record, "appeal_code")
    if code and not APPEAL_CODE.match(code):
        raise RowError("appeal_code", "код не похож на код классификатора 0000.0000.0000.0000")
    group, theme = _short(record, "group"), _short(record, "theme")
    return Classifier(
        im_group=sentence_case(group) if group else None,
        im_theme=sentence_case(theme) if theme else None,
        appeal_code=code,
        pos_category=_short(record, "pos_category"),
        pos_subcategory=_short(record, "pos_subcategory"),
    )


def _rating(record: Record) -> Rating | None:
    mark = _parsed("rating", lambda: parse_number(record.get("rating")))
    if mark is None:
        return None
    if mark not in MARKS:
        raise RowError("rating", "оценка бывает от 1 до 5")
    return Rating(mark=int(mark))
