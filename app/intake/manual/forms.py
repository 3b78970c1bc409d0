"""The form of «Ручной ввод» as it was typed, and the message it stands for."""

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import asdict, replace

from app.cases.codes import Channel, Kind
from app.intake.assemble import Assembler, RowError
from app.intake.entry import check_moment
from app.intake.models import CaseInput
from app.intake.profiles.base import Profile, Record, UnknownValues
from app.intake.values import parse_email, parse_phone
from app.reference.themes import Theme

SYSTEM = "manual"
"""`source.system` of what people enter here."""
_KEY = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_LONGEST = 200_000


class EntryForm(Struct, frozen=True):
    """Every field as typed, also a wrong one. `theme` is a code of the book of themes."""

    kind: str = Kind.MESSAGE.value
    channel: str = Channel.PHONE.value
    received_at: str = ""
    title: str = ""
    text: str = ""
    author_name: str = ""
    author_phone: str = ""
    author_email: str = ""
    author_address: str = ""
    municipality: str = ""
    address: str = ""
    theme: str = ""
    incoming: str = ""
    outgoing: str = ""
    department: str = ""

    @property
    def empty(self) -> bool:
        """Nothing but what the form began with."""
        written = asdict(self)
        return not any(written[name] for name in _WRITTEN)


_WRITTEN = tuple(
    name
    for name in EntryForm.__struct_fields__
    if name not in {"kind", "channel", "received_at", "municipality"}
)


def is_key(key: str) -> bool:
    """Whether it is a key as this page makes them."""
    return _KEY.fullmatch(key) is not None


def first_form(now: datetime, zone: ZoneInfo, municipality: str | None) -> EntryForm:
    return EntryForm(
        received_at=f"{now.astimezone(zone):%Y-%m-%dT%H:%M}", municipality=municipality or ""
    )


def read_form(given: Mapping[str, object]) -> EntryForm:
    """Browsers send line breaks as CR LF; the ends of lines are ours."""
    values = {name: given.get(name) for name in EntryForm.__struct_fields__}
    texts = {
        name: value.replace("\r\n", "\n")[:_LONGEST]
        for name, value in values.items()
        if isinstance(value, str)
    }
    return EntryForm(**{**dict.fromkeys(EntryForm.__struct_fields__, ""), **texts})


class Understood(Struct, frozen=True):
    """`errors`: field → sentence; without any there is the `input`."""

    input: CaseInput | None
    errors: dict[str, str]


def understand(
    form: EntryForm, zone: ZoneInfo, now: datetime, themes: Mapping[str, Theme]
) -> Understood:
    """By the rules that rows of tables are read by."""
    errors = _missing(form, themes)
    if not errors:
        profile = Profile(SYSTEM, "", SYSTEM, {}, (), _as_is)
        try:
            case = Assembler(profile, zone).assemble(_record(form, themes))
            check_moment(case.received_at, now)
            return Understood(case, {})
        except RowError as error:
            errors[_NAMES.get(error.field, error.field)] = _sentence(error.reason)
    return Understood(None, errors)


_NAMES = {"external_id": "incoming", "external_number": "outgoing"}


def _missing(form: EntryForm, themes: Mapping[str, Theme]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not form.text.strip():
        errors["text"] = "Напишите, что сообщил человек."
    if form.kind not in set(Kind):
        errors["kind"] = "Выберите: сообщение или обращение."
    if form.channel not in set(Channel):
        errors["channel"] = "Выберите, как это поступило."
    if not form.received_at.strip():
        errors["received_at"] = "Укажите, когда это поступило."
    if form.author_phone.strip() and parse_phone(form.author_phone) is None:
        errors["author_phone"] = "Здесь нет номера телефона. Нужен номер вида +7 900 123-45-67."
    if form.author_email.strip() and parse_email(form.author_email) is None:
        errors["author_email"] = "Это не адрес почты. Нужен адрес вида name@example.ru."
    if form.theme and form.theme not in themes:
        errors["theme"] = "Такой темы больше нет. Выберите другую."
    return errors


def _record(form: EntryForm, themes: Mapping[str, Theme]) -> Record:
    theme = themes.get(form.theme)
    typed = asdict(replace(form, theme=""))
    record: Record = {name: typed[name] for name in _SAME if typed[name].strip()}
    record["external_id"] = form.incoming.strip() or None
    record["external_number"] = form.outgoing.strip() or None
    if theme:
        record["group"], record["theme"] = theme.group, theme.label
    return record


_SAME = (
    "kind",
    "channel",
    "received_at",
    "title",
    "text",
    "author_name",
    "author_phone",
    "author_email",
    "author_address",
    "municipality",
    "address",
    "department",
)


def _as_is(record: Record, unknown: UnknownValues) -> Record:  # noqa: ARG001 - as profiles are called
    return record


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
