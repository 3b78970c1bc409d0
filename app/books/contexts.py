"""What the templates of «Справочники» see: the tree, the counts, the history in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from msgspec.structs import replace

from app.books.query import search_pairs
from app.books.service import Books, NameCount
from app.permissions import Permission
from app.reference.choices import department_choices, sector_of, tree
from app.reference.departments import Department, DepartmentBook
from app.reference.rules import BookEvent
from app.reference.table import BookLoad
from app.viewer import Viewer

DEEPEST = 5
"""Steps of indentation; whatever lies deeper stands at the last one."""
SHOWN_EVENTS = 30


@dataclass(frozen=True)
class Tab:
    title: str
    path: str


BOOKS = (
    Tab("Ведомства", "/books"),
    Tab("Отраслевые блоки", "/books/sectors"),
    Tab("Опасные слова", "/books/danger"),
    Tab("Резкие слова", "/books/tone"),
    Tab("Подсказки", "/books/suggestions"),
    Tab("Места", "/books/places"),
    Tab("Ожидание проблем", "/books/windows"),
    Tab("Погода", "/books/weather"),
)
"""Of those who edit the books only."""
DEADLINES = (
    Tab("Сроки", "/books/deadlines"),
    Tab("Какой срок кому", "/books/deadlines/choices"),
    Tab("Календари", "/books/deadlines/calendars"),
    Tab("Напоминания", "/books/deadlines/ladder"),
)
"""Of everybody who works with cases."""


def books_for(viewer: Viewer) -> tuple[Tab, ...]:
    """One for each book that this person may open; a new book adds its line."""
    return (*BOOKS, *DEADLINES) if viewer.may(Permission.BOOKS_EDIT) else DEADLINES


@dataclass(frozen=True)
class DepartmentRow:
    department: Department
    depth: int
    sector: str
    own_sector: bool
    """False where the block is that of a department above."""
    open: int
    open_url: str
    """Empty for those who do not read cases."""
    people: int
    people_url: str


@dataclass(frozen=True)
class UnknownName:
    count: NameCount
    url: str
    guess: str
    """Code of the department it most likely belongs to; empty where there is none."""


@dataclass(frozen=True)
class DepartmentsView:
    rows: list[DepartmentRow]
    unknown: list[UnknownName]
    choices: list[tuple[str, str]]
    history: list[tuple[BookEvent, str]]


def departments_view(
    books: Books, viewer: Viewer, people: dict[str, int], names: dict[str, str]
) -> DepartmentsView:
    """`people`: how many work there, by the code; `names`: who is called how, by the login."""
    return DepartmentsView(
        rows=[_row(books, viewer, people, one, depth) for one, depth in tree(books.book)],
        unknown=[_unknown(books.book, viewer, one) for one in books.unknown],
        choices=department_choices(books.book),
        history=history_of(books.book, _newest(books), names),
    )


def history_of(
    book: DepartmentBook, events: Iterable[BookEvent], names: dict[str, str]
) -> list[tuple[BookEvent, str]]:
    """Lines in words, signed with names instead of logins."""
    return [(replace(one, by=names.get(one.by, one.by)), event_words(book, one)) for one in events]


def _newest(books: Books) -> list[BookEvent]:
    return books.stored.history[: -SHOWN_EVENTS - 1 : -1]


def _row(
    books: Books, viewer: Viewer, people: dict[str, int], one: Department, depth: int
) -> DepartmentRow:
    book = books.book
    code = sector_of(book, one)
    reads = viewer.may(Permission.CASE_VIEW)
    manages = viewer.may(Permission.PEOPLE_MANAGE)
    return DepartmentRow(
        department=one,
        depth=min(depth, DEEPEST),
        sector=book.sectors[code].name if code in book.sectors else "",
        own_sector=code == one.sector,
        open=books.open_of(one),
        open_url=_search(one.names) if reads else "",
        people=people.get(one.code, 0),
        people_url=f"/people?{urlencode({'department': one.code})}" if manages else "",
    )


def _search(names: tuple[str, ...]) -> str:
    return f"/search?{urlencode(search_pairs(names))}"


def _unknown(book: DepartmentBook, viewer: Viewer, one: NameCount) -> UnknownName:
    near = book.by_name(one.name)
    reads = viewer.may(Permission.CASE_VIEW)
    url = f"/search?{urlencode({'department': one.name})}" if reads else ""
    return UnknownName(one, url, near.code if near else "")


_FIELDS = {
    "name": "название",
    "aliases": "другие имена",
    "sector": "отраслевой блок",
    "parent": "кому подчинено",
    "municipality": "муниципалитет",
    "capacity": "норма",
    "active": "действует ли",
}
_WHAT = {
    "department_created": "Заведено ведомство «{name}»",
    "department_changed": "Изменено ведомство «{name}»",
    "sector_created": "Заведён блок «{name}»",
    "sector_changed": "Изменён блок «{name}»",
}


def event_words(book: DepartmentBook, event: BookEvent) -> str:
    """«Изменено ведомство «Управление ЖКХ»: отраслевой блок (было «Социальный»)»."""
    told = _WHAT[event.what].format(name=event.name)
    changes = [_change(book, name, event.before.get(name)) for name in event.changed]
    return f"{told}: {', '.join(changes)}." if changes else f"{told}."


def _change(book: DepartmentBook, name: str, before: object) -> str:
    if name == "active":
        return "закрыто" if before else "снова действует"
    if name == "sector" and before in book.sectors:
        before = book.sectors[str(before)].name
    if name == "parent" and before in book.departments:
        before = book.departments[str(before)].name
    was = "; ".join(map(str, before)) if isinstance(before, list) else str(before or "")
    return f"{_FIELDS.get(name, name)} ({f'было «{was}»' if was else 'было пусто'})"


def load_words(done: BookLoad) -> str:
    return (
        f"Таблица загружена. Новых строк: {done.created}, изменено: {done.changed}, "
        f"без изменений: {done.unchanged}."
    )
