"""From a form or JSON to what an action is given: each field read by its kind, errors in words."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from app.cases.actions.model import Field, FieldKind, Given, Rule, Value
from app.errors import BadInputError

_MOST_LINES = 20
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_DAYS = ("%Y-%m-%d", "%d.%m.%Y")
_MOMENTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M")
_WIDELY = (date(2000, 1, 1), date(2100, 1, 1))


def read_given(rule: Rule, raw: Mapping[str, Any], zone: ZoneInfo) -> Given:
    """Raises `BadInputError` that names the field. What the rule does not ask for is ignored."""
    values: dict[str, Value] = {}
    for field in rule.fields:
        if field.kind is FieldKind.FILE:
            continue  # octets come another way
        value = _read(field, raw.get(field.name), zone)
        if field.required and not value:
            raise BadInputError(f"Заполните поле «{field.label}».", field=field.name)
        values[field.name] = value or None
    return Given(values)


def _read(field: Field, raw: Any, zone: ZoneInfo) -> Value:
    if field.kind is FieldKind.LINES:
        return _lines(field, raw)
    text = _text(field, raw)
    if not text:
        return None
    if field.kind is FieldKind.DAY:
        return _day(field, text, zone)
    if field.kind is FieldKind.MOMENT:
        return _moment(field, text, zone)
    if field.kind is FieldKind.CHOICE and text not in dict(field.choices):
        raise BadInputError(f"«{field.label}»: выберите из списка.", field=field.name)
    if field.pattern and not re.fullmatch(field.pattern, text):
        raise BadInputError(
            f"«{field.label}»: не похоже на правильное значение. {field.hint}".strip(),
            field=field.name,
        )
    return text


def _text(field: Field, raw: Any) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise BadInputError(f"«{field.label}»: нужна строка.", field=field.name)
    text = _CONTROL.sub("", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if field.kind not in {FieldKind.AREA, FieldKind.LINES}:
        text = " ".join(text.split())
    if len(text) > field.longest and field.kind is not FieldKind.LINES:
        raise BadInputError(
            f"«{field.label}»: не длиннее {field.longest} знаков, а здесь {len(text)}.",
            field=field.name,
        )
    return text


def _lines(field: Field, raw: Any) -> list[str]:
    """Repeated lines count once."""
    listed = raw if isinstance(raw, list) else (raw or "")
    if isinstance(listed, list):
        parts = [_text(field, one) for one in listed]
    else:
        parts = _text(field, listed).split("\n")
    found = list(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))
    if len(found) > _MOST_LINES:
        raise BadInputError(f"«{field.label}»: до {_MOST_LINES} строк.", field=field.name)
    if any(len(one) > field.longest for one in found):
        raise BadInputError(
            f"«{field.label}»: строка не длиннее {field.longest} знаков.", field=field.name
        )
    return found


def _day(field: Field, text: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(_date(field, text), time(23, 59), zone).astimezone(UTC)


def _moment(field: Field, text: str, zone: ZoneInfo) -> datetime:
    for pattern in _MOMENTS:
        try:
            read = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is put on below
        except ValueError:
            continue
        return _within(field, read.replace(tzinfo=zone))
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return datetime.combine(_date(field, text), time(0, 0), zone).astimezone(UTC)
    return _within(field, read if read.tzinfo else read.replace(tzinfo=zone))


def _within(field: Field, moment: datetime) -> datetime:
    if not _WIDELY[0] <= moment.date() <= _WIDELY[1]:
        raise BadInputError(f"«{field.label}»: такой даты не может быть.", field=field.name)
    return moment.astimezone(UTC)


def _date(field: Field, text: str) -> date:
    for pattern in _DAYS:
        try:
            found = datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a bare date
        except ValueError:
            continue
        if _WIDELY[0] <= found <= _WIDELY[1]:
            return found
        break
    raise BadInputError(
        f"«{field.label}»: не разобрать дату. Пишите так: 22.11.2026.", field=field.name
    )
