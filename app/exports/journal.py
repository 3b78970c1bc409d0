"""A line of the journal as a row of the file, and its conditions in words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.audit import words
from app.audit.params import AuditParams
from app.audit.params import parse_params as parse_audit_params
from app.exports.columns import Cell, Column, Frame, Sheet

Line = dict[str, Any]


def _told(tell: Callable[[Line], str | None]) -> Callable[[Line, Frame], Cell]:
    def read(line: Line, _: Frame) -> Cell:
        return tell(line) or None

    return read


def _at(line: Line, frame: Frame) -> Cell:
    return datetime.fromisoformat(line["at"]).astimezone(frame.zone).replace(tzinfo=None)


def _chain(line: Line) -> str:
    return f"{line['chain']}:{line['link']}"


JOURNAL_SHEET = Sheet(
    "Журнал",
    (
        Column("Когда", 16, _at),
        Column("Кто", 20, _told(lambda line: words.who_words(line.get("who")))),
        Column("За кого", 20, _told(lambda line: line.get("for_whom"))),
        Column("Что сделано", 32, _told(lambda line: words.what_words(line["what"]))),
        Column("Исход", 12, _told(lambda line: words.OUTCOMES[line["outcome"]])),
        Column("Подробности", 40, _told(lambda line: "; ".join(words.details(line)))),
        Column("С чем", 28, _told(words.object_words)),
        Column("Адрес", 18, _told(lambda line: line.get("address"))),
        Column("Программа", 18, _told(lambda line: line.get("agent"))),
        Column("Токен", 18, _told(lambda line: line.get("token"))),
        Column("Запрос", 16, _told(lambda line: line.get("request_id"))),
        Column("Код", 24, _told(lambda line: line["what"])),
        Column("Звено", 36, _told(_chain)),
        Column("Отпечаток", 24, _told(lambda line: line["hash"])),
    ),
)


def conditions(params: AuditParams) -> list[tuple[str, str]]:
    """In words, pairs of name and value."""
    titles = {"who": "Кто", "what": "Что сделано", "outcome": "Исход", "number": "Номер"}
    values: dict[str, Callable[[str], str]] = {
        "who": words.who_words,
        "what": words.what_words,
        "outcome": lambda code: words.OUTCOMES.get(code, code),
    }
    told = [(titles[name], values.get(name, str)(value)) for name, value in params.filters.items()]
    days = (("С", params.since), ("По", params.until))
    return told + [(name, f"{day:%d.%m.%Y}") for name, day in days if day]


def journal_params(pairs: list[tuple[str, str]]) -> AuditParams:
    return parse_audit_params(pairs)
