"""The export of «Инцидент менеджмент»: 47 columns, and four cabinets that order them each its way.

Column names are those of a real export. The two columns «на согласовании» and the two flags
of media files are known only by their subject, so their exact wording is this module's guess.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

from dev.demo.fragments import data
from dev.demo.lifecycle import CLOSES, OPENS
from dev.demo.models import DemoCase
from dev.demo.writers.workbook import Cell, SheetFile

SHEET = "Лист1"
COLUMNS = (
    "Кабинет",
    "ID",
    "Номер инцидента",
    "Отдел",
    "Исполнитель",
    "Общее время первого ответа",
    "Общий текст первого ответа",
    "Время с даты создания инцидента до времени первого ответа",
    "Время с даты создания инцидента до времени первого ответа",
    "Время назначения последнего исполнителя",
    "Время 1го ответа ПИ",
    "Первая реакция с момента назн. ПИ",
    "Уложились или нет после назн. ПИ",
    "Время с начала создания инцидента до окончания",
    "Время на согласовании",
    "Время на согласовании (рабочее)",
    "Текущий шаг инцидента",
    "Дата создания",
    "Дата окончания",
    "Группа тем",
    "Тема",
    "Регион",
    "Муниципалитет",
    "Населенный пункт",
    "Улица",
    "Дом",
    "Объект старый",
    "Объект",
    "Тип инцидента",
    "Итог",
    "Медиафайл в инциденте",
    "Медиафайл в ответе",
    "Урл поста",
    "Урл блога",
    "Текст инцидента",
    "1ый ответ ПИ",
    "2ой ответ ПИ",
    "3ий ответ ПИ",
    "Причина закрытия",
    "Аудитория",
    "Вовлеченность",
    "URL автора",
    "Аккаунт публикации ответа",
    "Теги",
    "Примечание",
    "Время попадания на шаг оценка удовлетворенности",
    "Опрос отправлен",
)
_ANSWERS = frozenset({6, 35, 36, 37})
"""Places of the answers, where an empty cell is stored as a lone apostrophe."""
_STEPS = {
    "new": "Новый",
    "moderation": "Модерация",
    "assigned": "Назначен исполнитель",
    "in_progress": "У исполнителя",
    "approval": "На согласовании",
    "interim": "У исполнителя",
    "answered": "Оценка удовлетворенности",
    "closed": "Готово",
    "rejected": "Готово",
    "forwarded": "Готово",
}
_OPEN_RESULTS = {"interim": "Отложено", "in_progress": "Не решено", "approval": "Не решено"}
_REASONS = {"closed": "Ответ опубликован", "rejected": "Спам", "forwarded": "Не относится к округу"}
_IN_TIME = 4 * 3600
"""First reaction of the executor: within four working hours it is in time."""


class Layout(StrEnum):
    """Four ways to order and to store the same 47 columns."""

    CABINET = "cabinet"
    """Dates as text, day first; an apostrophe before every text."""
    MONITORING = "monitoring"
    """Another order, real Excel dates, no apostrophes."""
    ARCHIVE = "archive"
    """Headers with stray spaces and letter case; dates as ISO text."""
    REGIONAL = "regional"
    """Nearly reversed order; real dates beside text, apostrophes only at answers."""


def _moved(fixed: dict[int, int]) -> tuple[int, ...]:
    """An order of all columns where column `key` stands at place `value`, the rest as they come."""
    taken = {place: column for column, place in fixed.items()}
    rest = iter(column for column in range(len(COLUMNS)) if column not in fixed)
    return tuple(taken[place] if place in taken else next(rest) for place in range(len(COLUMNS)))


_ORDERS: dict[Layout, tuple[int, ...]] = {
    Layout.CABINET: tuple(range(len(COLUMNS))),
    # T, U dates; V group; W-Z place; AC kind; AI text; AR tags
    Layout.MONITORING: _moved(
        {17: 19, 18: 20, 19: 21, 22: 22, 23: 23, 24: 24, 25: 25, 28: 28, 34: 34, 43: 43}
    ),
    Layout.ARCHIVE: (*range(16, 47), *range(3, 16), 1, 2, 0),
    Layout.REGIONAL: (1, 2, *range(46, 2, -1), 0),
}
_ARCHIVE_HEADERS = {
    "Текст инцидента": " Текст инцидента",
    "URL автора": "Url автора",
    "Номер инцидента": "Номер  инцидента",
    "Дата создания": "Дата создания ",
    "Группа тем": "ГРУППА ТЕМ",
    "Текущий шаг инцидента": "Текущий шаг Инцидента",
    "Улица": " улица ",
    "1ый ответ ПИ": "1ый ответ пи",
    "Теги": "теги",
    "Урл поста": "УРЛ поста ",
}


def header(layout: Layout) -> list[str]:
    names = [COLUMNS[column] for column in _ORDERS[layout]]
    if layout is Layout.ARCHIVE:
        return [_ARCHIVE_HEADERS.get(name, name) for name in names]
    return names


class ImFile(SheetFile):
    """A growing export in one layout."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._order = _ORDERS[layout]
        self._stored = _STORED[layout]
        super().__init__(path, SHEET, header(layout))

    def add_case(self, case: DemoCase) -> None:
        cells = values(case)
        stored = self._stored
        self.add([stored(column, cells[column]) for column in self._order])


def write_im(path: Path, cases: Iterable[DemoCase], layout: Layout) -> int:
    """Writes `cases` as one export and returns the number of rows below the header."""
    with ImFile(path, layout) as sheet:
        for case in cases:
            sheet.add_case(case)
        return sheet.rows


def values(case: DemoCase) -> list[Cell]:
    """The cells of one incident in the order of COLUMNS, as they are before any layout."""
    book = data("town.toml")
    first = case.answers[0] if case.answers else None
    texts = [answer.text for answer in case.answers[:3]] + [""] * 3
    place = case.place if case.street_given else None
    author = case.author
    host = case.url.partition("/wall")[0]
    tick = case.serial * 7919 % 1000
    return [
        book["name"],
        case.external_id,
        case.number,
        case.department.name,
        case.department.body if case.assigned_at else "",
        first.at if first else None,
        first.text if first else "",
        span((first.at - case.received_at).total_seconds(), tick) if first else "",
        span(working_seconds(case.received_at, first.at), tick) if first else "",
        case.assigned_at,
        first.at if first else None,
        _reaction(case, first.at if first else None, tick),
        _in_time(case, first.at if first else None),
        span((case.closed_at - case.received_at).total_seconds(), tick) if case.closed_at else "",
        span(case.approval_seconds, tick) if case.approval_seconds else "",
        span(case.approval_seconds * 0.8, tick) if case.approval_seconds else "",
        _STEPS[case.state],
        case.received_at,
        case.closed_at,
        case.group,
        case.theme,
        book["region"],
        book["municipality"],
        case.place.street.settlement if case.place else "",
        place.street.official if place else "",
        place.house if place and case.house_given else "",
        "",
        "",
        case.solvable,
        case.result if case.closed_at else _OPEN_RESULTS.get(case.state, ""),
        "Да" if case.serial % 4 == 0 else "Нет",
        "Да" if case.serial % 9 == 0 and case.answers else "Нет",
        case.url,
        f"{host}/{book['blog']}" if host else "",
        case.text,
        texts[0],
        texts[1],
        texts[2],
        _REASONS.get(case.state, ""),
        case.audience,
        case.engagement,
        f"{host}/id{author.number}0" if author and host else "",
        f"{host}/{book['blog']}" if first else "",
        case.tags,
        case.author_address,
        case.closed_at,
        "Да" if case.closed_at and case.serial % 3 == 0 else "Нет",
    ]


def span(seconds: float, thousandths: int) -> str:
    """As pandas prints it: `0 days 12:30:37.103000`."""
    whole = int(seconds)
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{days} days {hours:02d}:{minutes:02d}:{rest:02d}.{thousandths:03d}000"


def working_seconds(start: datetime, end: datetime) -> float:
    """Seconds between two moments that fall into the office's hours on weekdays."""
    total = 0.0
    day = start.date()
    while day <= end.date():
        if day.weekday() < 5:  # noqa: PLR2004 - Monday to Friday
            opens = max(start, datetime.combine(day, time(OPENS)))
            closes = min(end, datetime.combine(day, time(CLOSES)))
            total += max(0.0, (closes - opens).total_seconds())
        day += timedelta(days=1)
    return total


def _reaction(case: DemoCase, answered: datetime | None, tick: int) -> str:
    if answered is None or case.assigned_at is None:
        return ""
    return span((answered - case.assigned_at).total_seconds(), tick)


def _in_time(case: DemoCase, answered: datetime | None) -> str:
    if answered is None or case.assigned_at is None:
        return ""
    good = working_seconds(case.assigned_at, answered) <= _IN_TIME
    return "Уложились" if good else "Не уложились"


def _cabinet(column: int, cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return f"'{cell:%d.%m.%Y %H:%M:%S}"
    if cell == "" and column in _ANSWERS:
        return "'"
    return f"'{cell}" if isinstance(cell, str) and cell else cell


def _plain(_column: int, cell: Cell) -> Cell:
    return cell


def _archive(_column: int, cell: Cell) -> Cell:
    return f"{cell:%Y-%m-%d %H:%M:%S}" if isinstance(cell, datetime) else cell


_TEXT_DATES = frozenset({18, 45})


def _regional(column: int, cell: Cell) -> Cell:
    if column in _ANSWERS:
        return f"'{cell}"
    if isinstance(cell, datetime) and column in _TEXT_DATES:
        return f"{cell:%d.%m.%Y %H:%M:%S}"
    return cell


_STORED = {
    Layout.CABINET: _cabinet,
    Layout.MONITORING: _plain,
    Layout.ARCHIVE: _archive,
    Layout.REGIONAL: _regional,
}
