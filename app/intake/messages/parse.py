"""JSON of a message → a case input, by the same rules that rows of tables are read by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from app.errors import BadInputError
from app.intake.assemble import Assembler, RowError
from app.intake.entry import check_moment
from app.intake.fields import FIELD_TITLES
from app.intake.messages.errors import (
    BY_CODE,
    BadJsonError,
    EmptyListError,
    RequiredError,
    TooManyMessagesError,
    UnknownFieldError,
    WrongTypeError,
)
from app.intake.models import CaseInput
from app.intake.profiles.base import Profile, Record, UnknownValues
from app.intake.values import parse_email, parse_phone

MOST = 500
"""Messages in one list."""


class ApiField(Struct, frozen=True):
    """`record`: what the rules of tables call it."""

    record: str
    kind: str = "text"
    words: str = ""
    """For the description of the API."""


FIELDS: dict[str, ApiField] = {
    "channel": ApiField("channel", words="Канал."),
    "kind": ApiField("kind", words="Вид: message — сообщение, appeal — обращение по 59-ФЗ."),
    "received_at": ApiField(
        "received_at",
        words="Когда поступило: ISO 8601; без смещения — в часовом поясе муниципалитета.",
    ),
    "text": ApiField("text", words="Текст, до 50 000 знаков."),
    "external_id": ApiField("external_id", "id", "Номер в вашей системе."),
    "external_number": ApiField("external_number", "id", "Второй номер, например исходящий."),
    "source": ApiField("source", words="Ваша система; без него — название токена."),
    "title": ApiField("title", words="Заголовок."),
    "registered_at": ApiField("registered_at", words="Когда зарегистрировано."),
    "deadline_at": ApiField("due_at", words="Срок, если он уже известен."),
    "municipality": ApiField("municipality", words="Муниципалитет."),
    "settlement": ApiField("settlement", words="Населённый пункт."),
    "street": ApiField("street", words="Улица: «ул. Ленина»."),
    "house": ApiField("house", "id", "Дом: «35а», «4/2»."),
    "address": ApiField("address", words="Адрес одной строкой, вместо улицы и дома."),
    "lat": ApiField("lat", "number", "Широта."),
    "lon": ApiField("lon", "number", "Долгота."),
    "group": ApiField("group", words="Группа тем."),
    "theme": ApiField("theme", words="Тема."),
    "appeal_code": ApiField("appeal_code", words="Код классификатора обращений 59-ФЗ."),
    "url": ApiField("url", words="Ссылка на сообщение в вашей системе."),
    "tags": ApiField("tags", "texts", "Метки."),
    "author": ApiField("", "author", "Автор."),
}
AUTHOR: dict[str, ApiField] = {
    "name": ApiField("author_name", words="Фамилия, имя, отчество."),
    "phone": ApiField("author_phone", "id", "Телефон."),
    "email": ApiField("author_email", words="Электронная почта."),
    "address": ApiField("author_address", words="Адрес автора."),
}
REQUIRED = ("channel", "kind", "received_at", "text")

_NAME_OF = {
    **{field.record: name for name, field in FIELDS.items() if field.record},
    **{field.record: f"author.{name}" for name, field in AUTHOR.items()},
}
_KINDS = {
    "text": "строка",
    "id": "строка или целое число",
    "number": "число",
    "texts": "список строк",
}
_TITLES = {**FIELD_TITLES, "author": "Автор", "due_at": "Срок"}
_SHOWN = 40


def read_body(body: bytes) -> dict[str, Any] | list[Any]:
    """Raises `BadJsonError`, `EmptyListError` or `TooManyMessagesError`."""
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise BadJsonError(
            "Тело запроса не разобрано: нужен JSON в UTF-8, объект или список объектов."
        ) from error
    if isinstance(given, list):
        if not given:
            raise EmptyListError("Список пуст: пришлите хотя бы одно сообщение.")
        if len(given) > MOST:
            raise TooManyMessagesError(
                f"В списке больше {MOST} сообщений. Разделите его на части: ничего не записано."
            )
        return given
    if not isinstance(given, dict):
        raise BadJsonError("Нужен объект с полями сообщения или список таких объектов.")
    return given


class MessageReader:
    """Reads messages of one call; `source` names the system where a message does not."""

    def __init__(
        self, zone: ZoneInfo, now: datetime, *, source: str, municipality: str | None = None
    ) -> None:
        profile = Profile("api", "API", source, {}, (), _as_is)
        self._assembler = Assembler(profile, zone)
        self._now = now
        self._municipality = municipality

    def read(self, given: object) -> CaseInput:
        """Raises a `BadInputError` that names the first field that is wrong."""
        if not isinstance(given, dict):
            raise WrongTypeError("Сообщение должно быть объектом с полями.")
        record = _record(given)
        for name in REQUIRED:
            if record.get(FIELDS[name].record) in (None, ""):
                raise RequiredError(f"Нет обязательного поля «{name}».", field=name)
        if self._municipality:
            record.setdefault("municipality", self._municipality)
        try:
            case = self._assembler.assemble(record)
            check_moment(case.received_at, self._now)
        except RowError as error:
            raise _refusal(error) from error
        return case


def _as_is(record: Record, unknown: UnknownValues) -> Record:  # noqa: ARG001 - as profiles are called
    return record


def _refusal(error: RowError) -> BadInputError:
    title = _TITLES.get(error.field, error.field)
    reason = error.reason.rstrip(".")
    return BY_CODE[error.code](f"«{title}»: {reason}.", field=_NAME_OF.get(error.field))


def _record(given: Mapping[str, Any]) -> Record:
    record: Record = {}
    for name, value in given.items():
        if (known := FIELDS.get(name)) is None:
            raise _unknown(name)
        if value is None:
            continue
        if known.kind == "author":
            record |= _author(value)
        else:
            record[known.record] = _cell(name, known, value)
    return record


def _author(given: object) -> Record:
    if not isinstance(given, dict):
        raise WrongTypeError("Поле «author»: нужен объект.", field="author")
    record: Record = {}
    for name, value in given.items():
        if (known := AUTHOR.get(name)) is None:
            raise _unknown(f"author.{name}")
        if value is not None:
            record[known.record] = _cell(f"author.{name}", known, value)
    _check_contact(record, "author_phone", parse_phone, "нет номера телефона")
    _check_contact(record, "author_email", parse_email, "нет адреса почты")
    return record


def _check_contact(record: Record, name: str, parse: Any, reason: str) -> None:
    """Rows keep their cells beside the case; here what is not understood would be lost."""
    if record.get(name) and parse(record[name]) is None:
        raise _refusal(RowError(name, reason))


def _cell(name: str, known: ApiField, value: object) -> Any:
    if isinstance(value, bool):
        raise _wrong(name, known.kind)
    if known.kind == "number" and isinstance(value, int | float):
        return _finite(name, value)
    if known.kind == "texts" and isinstance(value, list):
        if not all(isinstance(each, str) for each in value):
            raise _wrong(name, known.kind)
        return ";".join(value)
    if known.kind == "id" and isinstance(value, int):
        _finite(name, value)
        return str(value)
    if known.kind in {"text", "id"} and isinstance(value, str):
        return value
    raise _wrong(name, known.kind)


_LARGEST = 10**18


def _finite(name: str, value: float) -> float:
    """JSON has no end of digits, and Python none of patience."""
    if not -_LARGEST < value < _LARGEST:
        raise BY_CODE["bad_value"](f"Поле «{name}»: слишком большое число.", field=name)
    return value


def _wrong(name: str, kind: str) -> BadInputError:
    return WrongTypeError(f"Поле «{name}»: нужно другое — {_KINDS[kind]}.", field=name)


def _unknown(name: str) -> BadInputError:
    shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
    return UnknownFieldError(f"Неизвестное поле «{shown}».", field=shown)
