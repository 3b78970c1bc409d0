"""A problem of the board as a row of the file, and the conditions of the list in words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.board.params import BoardParams
from app.board.results import Row
from app.board.words import SHOW_NAMES, growth_words
from app.board.words import conditions as board_conditions
from app.cases.directory import Directory
from app.exports.columns import Cell, Column, Frame, Sheet
from app.problems.models import STATE_NAMES, Problem

Line = dict[str, Any]
_UNSEEN = "да"
"""It grows by cases the reader does not see."""


def line_of(row: Row, people: Directory) -> Line:
    problem = row.problem
    growth = growth_words(row.grown) or (_UNSEEN if problem.growing else "")
    owner = people.called(problem.owner)
    return {"problem": problem, "told": row.told, "owner": owner, "growth": growth}


def _of(read: Callable[[Problem], str | None]) -> Callable[[Line, Frame], Cell]:
    return lambda line, _: read(line["problem"]) or None


def _kept(name: str) -> Callable[[Line, Frame], Cell]:
    return lambda line, _: line[name] or None


def _count(name: str) -> Callable[[Line, Frame], Cell]:
    def read(line: Line, _: Frame) -> Cell:
        return int(getattr(line["told"], name))

    return read


def _moment(name: str) -> Callable[[Line, Frame], Cell]:
    def read(line: Line, frame: Frame) -> Cell:
        at: datetime | None = getattr(line["told"], name)
        return at.astimezone(frame.zone).replace(tzinfo=None) if at else None

    return read


def _link(line: Line, frame: Frame) -> Cell:
    return f"{frame.base_url.rstrip('/')}/problems/{line['problem'].id}"


PROBLEMS_SHEET = Sheet(
    "Проблемы",
    (
        Column("Проблема", 48, _of(lambda one: one.shown_title)),
        Column("Состояние", 14, _of(lambda one: STATE_NAMES[one.state])),
        Column("Растёт", 26, _kept("growth")),
        Column("Группа тем", 24, _of(lambda one: one.group)),
        Column("Тема", 28, _of(lambda one: one.theme)),
        Column("Муниципалитет", 20, _of(lambda one: one.municipality)),
        Column("Населённый пункт", 20, _of(lambda one: one.settlement)),
        Column("Район", 18, _of(lambda one: one.district)),
        Column("Ответственный", 20, _kept("owner")),
        Column("Сообщений", 11, _count("messages")),
        Column("Авторов", 11, _count("authors")),
        Column("Копий", 11, _count("copies")),
        Column("Не закрыто", 11, _count("open")),
        Column("Первое", 16, _moment("first")),
        Column("Последнее", 16, _moment("last")),
        Column("Ссылка", 36, _link),
    ),
)


def conditions(params: BoardParams) -> list[tuple[str, str]]:
    """The list, its words and filters: pairs of name and value."""
    words = [("Слова", params.q)] if params.q else []
    return [("Список", SHOW_NAMES[params.show]), *words, *board_conditions(params)]
