"""A case as a row of the file, nothing of its author; and what a table of any rows is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.cases.codes import CHANNEL_NAMES, KIND_NAMES, STATE_NAMES, SYSTEM_NAMES
from app.cases.lines import place_line

Cell = str | int | datetime | None
"""A moment is without a zone: the wall clock of the municipality, as a spreadsheet has it."""


@dataclass(frozen=True)
class Frame:
    """What a row needs besides what was found."""

    zone: ZoneInfo
    base_url: str


@dataclass(frozen=True)
class Column:
    title: str
    width: int
    """Characters, for a spreadsheet."""
    read: Callable[[dict[str, Any], Frame], Cell]


@dataclass(frozen=True)
class Sheet:
    """What kind of rows a table has."""

    title: str
    columns: tuple[Column, ...]

    def row(self, found: dict[str, Any], frame: Frame) -> list[Cell]:
        """In the order of `columns`."""
        return [column.read(found, frame) for column in self.columns]


def _at(*path: str) -> Callable[[dict[str, Any], Frame], Cell]:
    def read(case: dict[str, Any], _: Frame) -> Cell:
        value: Any = case
        for name in path:
            value = (value or {}).get(name)
        return None if value is None else str(value)

    return read


def _named(names: Any, *path: str) -> Callable[[dict[str, Any], Frame], Cell]:
    """The Russian name of a code; a code without one as it is."""
    inner = _at(*path)

    def read(case: dict[str, Any], frame: Frame) -> Cell:
        code = inner(case, frame)
        return str(names.get(code, code)) if code else None

    return read


def _moment(name: str) -> Callable[[dict[str, Any], Frame], Cell]:
    def read(case: dict[str, Any], frame: Frame) -> Cell:
        return _wall_clock(case[name], frame) if case.get(name) else None

    return read


def _wall_clock(moment: str, frame: Frame) -> datetime:
    return datetime.fromisoformat(moment).astimezone(frame.zone).replace(tzinfo=None)


def _source_number(case: dict[str, Any], _: Frame) -> Cell:
    source: dict[str, str] = case["source"]
    return source.get("external_number") or source.get("external_id")


def _address(case: dict[str, Any], _: Frame) -> Cell:
    return place_line(case.get("place", {}))


def _answers(case: dict[str, Any], frame: Frame) -> Cell:
    """One after another: «22.11.2026, Водоканал: Подача восстановлена.»"""
    return "\n\n".join(_answer(answer, frame) for answer in case.get("answers", [])) or None


def _answer(answer: dict[str, Any], frame: Frame) -> str:
    at = f"{_wall_clock(answer['at'], frame):%d.%m.%Y}" if answer.get("at") else None
    who = ", ".join(filter(None, [at, answer.get("by")]))
    return f"{who}: {answer['text']}" if who else str(answer["text"])


def _link(case: dict[str, Any], frame: Frame) -> Cell:
    return f"{frame.base_url.rstrip('/')}/cases/{case['id']}"


COLUMNS = (
    Column("Номер", 12, _at("number")),
    Column("Поступило", 16, _moment("received_at")),
    Column("Состояние", 16, _named(STATE_NAMES, "state")),
    Column("Вид", 12, _named(KIND_NAMES, "kind")),
    Column("Канал", 16, _named(CHANNEL_NAMES, "channel")),
    Column("Источник", 20, _named(SYSTEM_NAMES, "source", "system")),
    Column("Номер в источнике", 16, _source_number),
    Column("Группа тем", 24, _at("classifier", "im_group")),
    Column("Тема", 28, _at("classifier", "im_theme")),
    Column("Ведомство", 24, _at("workflow", "department")),
    Column("Муниципалитет", 20, _at("place", "municipality")),
    Column("Адрес", 28, _address),
    Column("Заголовок", 28, _at("title")),
    Column("Текст", 70, _at("text")),
    Column("Ответы", 70, _answers),
    Column("Итог", 24, _at("result")),
    Column("Срок", 16, _moment("deadline_at")),
    Column("Ссылка", 36, _link),
)

SOURCE_FIELDS = (
    "id",
    "number",
    "received_at",
    "state",
    "kind",
    "channel",
    "source.system",
    "source.external_number",
    "source.external_id",
    "classifier.im_group",
    "classifier.im_theme",
    "workflow.department",
    "place",
    "title",
    "text",
    "answers.text",
    "answers.at",
    "answers.by",
    "result",
    "deadline_at",
)
"""Fields of the document that the columns read; the author's are not among them."""


CASES_SHEET = Sheet("Обращения", COLUMNS)
